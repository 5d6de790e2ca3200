-- name: holds
SELECT queue FROM items WHERE job = @job AND n = @n AND token = @token AND state = 1

-- name: take_name
INSERT INTO names (job, name, item) VALUES (@job, @name, @n) ON CONFLICT (job, name) DO NOTHING

-- name: give_name_back
DELETE FROM names WHERE job = @job AND name = @name

-- name: next_copy
UPDATE names SET next = next + 1 WHERE job = @job AND name = @name RETURNING next

-- name: name_owner
SELECT item FROM names WHERE job = @job AND name = @name

-- name: pass_name
UPDATE names SET item = @n WHERE job = @job AND name = @name

-- name: overwritten
UPDATE items SET state = 5, file_name = NULL, error = @error WHERE job = @job AND n = @n AND state = @state

-- name: size_of
SELECT size FROM items WHERE job = @job AND n = @n AND state = @state

-- name: commit_item
UPDATE items SET state = 2, attempts = attempts + 1, file_name = @file_name, part = @part, etag = NULL, part_size = NULL, size = @size, sha256 = @sha256, content_type = @content_type,
    http_status = @http_status, error_code = NULL, error = NULL, finished_at = @now
WHERE job = @job AND n = @n AND token = @token AND state = 1

-- name: place_item
UPDATE items SET state = 3, part = NULL WHERE job = @job AND n = @n AND token = @token AND state = 2

-- name: stays
SELECT 1 FROM items WHERE job = @job AND n = @n AND token = @token AND state IN (3, 5)

-- name: end_item
UPDATE items SET state = @state, attempts = attempts + 1, http_status = @http_status, error_code = @error_code, error = @error, finished_at = @now,
    etag = @etag, part = @part, part_size = @part_size
WHERE job = @job AND n = @n

-- name: requeue_item
UPDATE items SET state = 0, token = NULL, attempts = attempts + @attempt, due_at = @due_at,
    http_status = coalesce(@http_status, http_status), error_code = coalesce(@error_code, error_code), error = coalesce(@error, error),
    etag = @etag, part = @part, part_size = @part_size
WHERE job = @job AND n = @n

-- name: requeue_in_queue
UPDATE queues SET queued = queued + 1, due_at = min(due_at, @due_at) WHERE job = @job AND queue = @queue

-- name: requeue_in_list_order
UPDATE queues SET queued = queued + 1, due_at = max(due_at, @due_at) WHERE job = @job AND queue = 0

-- name: host_answered
UPDATE hosts SET failures = 0 WHERE key = @host AND failures <> 0

-- name: host_failed
UPDATE hosts SET failures = failures + 1,
    rest_until = CASE WHEN failures + 1 >= @limit THEN @now + min(@longest, @rest << min(failures + 1 - @limit, 20)) ELSE rest_until END
WHERE key = @host AND rest_until <= @now RETURNING rest_until

-- name: rest_host
UPDATE hosts SET rest_until = max(rest_until, @until) WHERE key = @host

-- name: rest_queues
UPDATE queues SET due_at = max(due_at, @until) WHERE host = @host

-- name: count_job
UPDATE jobs SET queued = queued + @queued, running = running + @running, done = done + @done, failed = failed + @failed,
    skipped = skipped + @skipped, bytes = bytes + @bytes
WHERE key = @job

-- name: complete
UPDATE jobs SET state = 4, finished_at = @now WHERE key = @job AND state IN (2, 3) AND queued = 0 AND running = 0 AND retrying IS NULL RETURNING id
