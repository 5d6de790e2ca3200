-- name: hold_items
-- What a lane still holds, and what was reported before by a commit whose answer got lost.
SELECT r.i, items.queue, items.state, items.file_name, items.part, items.error_code, items.due_at
FROM unnest(@jobs, @numbers, @tokens) WITH ORDINALITY AS r(job, n, token, i)
    JOIN items ON items.job = r.job AND items.n = r.n AND items.token = r.token
ORDER BY items.job, items.n FOR NO KEY UPDATE OF items

-- name: take_names
INSERT INTO names (job, name, item) SELECT job, name, item FROM unnest(@jobs, @names, @numbers) AS r(job, name, item) ORDER BY job, name
ON CONFLICT (job, name) DO NOTHING RETURNING job, name, item

-- name: next_copies
UPDATE names SET next = names.next + r.n FROM unnest(@jobs, @names, @numbers) AS r(job, name, n)
WHERE names.job = r.job AND names.name = r.name RETURNING names.job, names.name, names.next

-- name: name_owner
SELECT item FROM names WHERE job = @job AND name = @name FOR UPDATE

-- name: pass_name
UPDATE names SET item = @n WHERE job = @job AND name = @name

-- name: overwritten
WITH before AS MATERIALIZED (SELECT state, size FROM items WHERE job = @job AND n = @n AND state IN (2, 3) FOR UPDATE)
UPDATE items SET state = 5, file_name = NULL, error = @error FROM before WHERE items.job = @job AND items.n = @n
RETURNING before.state, coalesce(before.size, 0)

-- name: commit_items
UPDATE items SET state = 2, attempts = attempts + 1, file_name = r.file_name, part = r.part, etag = NULL, part_size = NULL, size = r.size, sha256 = r.sha256,
    content_type = r.content_type, http_status = r.http_status, error_code = NULL, error = NULL, finished_at = @now
FROM unnest(@jobs, @numbers, @file_names, @parts, @sizes, @digests, @content_types, @http_statuses)
    AS r(job, n, file_name, part, size, sha256, content_type, http_status)
WHERE items.job = r.job AND items.n = r.n

-- name: end_items
UPDATE items SET state = r.state, attempts = attempts + 1, http_status = r.http_status, error_code = r.error_code, error = r.error, finished_at = @now,
    etag = r.etag, part = r.part, part_size = r.part_size
FROM unnest(@jobs, @numbers, @states, @http_statuses, @error_codes, @errors, @etags, @parts, @part_sizes)
    AS r(job, n, state, http_status, error_code, error, etag, part, part_size)
WHERE items.job = r.job AND items.n = r.n

-- name: requeue_items
UPDATE items SET state = 0, token = NULL, attempts = attempts + r.attempt, due_at = r.due_at,
    http_status = coalesce(r.http_status, items.http_status), error_code = coalesce(r.error_code, items.error_code), error = coalesce(r.error, items.error),
    etag = r.etag, part = r.part, part_size = r.part_size
FROM unnest(@jobs, @numbers, @attempts, @due_ats, @http_statuses, @error_codes, @errors, @etags, @parts, @part_sizes)
    AS r(job, n, attempt, due_at, http_status, error_code, error, etag, part, part_size)
WHERE items.job = r.job AND items.n = r.n

-- name: requeue_queues
-- In list order the whole queue waits for the item; elsewhere the item alone does.
UPDATE queues SET queued = queues.queued + r.n,
    due_at = CASE WHEN queues.queue = 0 THEN greatest(queues.due_at, r.latest) ELSE least(queues.due_at, greatest(r.earliest, @now)) END,
    head_due = CASE WHEN (r.first_due, r.first_n) <= (queues.head_due, queues.head_n) THEN r.first_due ELSE queues.head_due END,
    head_n = CASE WHEN (r.first_due, r.first_n) <= (queues.head_due, queues.head_n) THEN r.first_n - 1 ELSE queues.head_n END
FROM unnest(@jobs, @queues, @numbers, @earliest, @latest, @first_dues, @first_numbers) AS r(job, queue, n, earliest, latest, first_due, first_n)
WHERE queues.job = r.job AND queues.queue = r.queue

-- name: host_answered
WITH answered AS MATERIALIZED (SELECT key FROM hosts WHERE key = ANY(@hosts) AND failures <> 0 ORDER BY key FOR UPDATE)
UPDATE hosts SET failures = 0 FROM answered WHERE hosts.key = answered.key RETURNING hosts.key

-- name: host_failed
UPDATE hosts SET failures = failures + 1,
    rest_until = CASE WHEN failures + 1 >= @limit THEN @now + least(@longest, @rest << least(failures + 1 - @limit, 20)) ELSE rest_until END
WHERE key = @host AND rest_until <= @now RETURNING rest_until

-- name: rest_host
UPDATE hosts SET rest_until = greatest(rest_until, @until) WHERE key = @host

-- name: rest_queues
UPDATE queues SET due_at = greatest(due_at, @until) WHERE host = @host

-- name: place_items
-- Which rows are there. What was placed before is in place all the same; a name that another item has taken over is that one's.
WITH placed AS MATERIALIZED (
    SELECT r.i, items.job, items.n, items.state
    FROM unnest(@jobs, @numbers, @tokens) WITH ORDINALITY AS r(job, n, token, i)
        JOIN items ON items.job = r.job AND items.n = r.n AND items.token = r.token AND items.state IN (2, 3, 5)
    ORDER BY items.job, items.n FOR NO KEY UPDATE OF items
), changed AS (
    UPDATE items SET state = 3, part = NULL FROM placed WHERE items.job = placed.job AND items.n = placed.n AND placed.state = 2
)
SELECT i, state = 2 FROM placed

-- name: count_jobs
UPDATE jobs SET queued = jobs.queued + c.queued, running = jobs.running + c.running, done = jobs.done + c.done, failed = jobs.failed + c.failed,
    skipped = jobs.skipped + c.skipped, bytes = jobs.bytes + c.bytes
FROM unnest(@jobs, @queued, @running, @done, @failed, @skipped, @bytes) AS c(job, queued, running, done, failed, skipped, bytes) WHERE jobs.key = c.job

-- name: complete
UPDATE jobs SET state = 4, finished_at = @now WHERE key = ANY(@jobs) AND state IN (2, 3) AND queued = 0 AND running = 0 AND retrying IS NULL RETURNING id
