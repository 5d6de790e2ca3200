-- name: receive
INSERT INTO jobs (id, owner, state, options, created_at) VALUES (@id, @owner, 0, '{}', @now) RETURNING key

-- name: add_host
INSERT INTO hosts (name) VALUES (@name) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING key

-- name: add_item
INSERT INTO items (job, n, url, url_hash, host, queue, state, error_code, error, finished_at, options)
VALUES (@job, @n, @url, @url_hash, @host, @host, @state, @error_code, @error, @finished_at, @options)

-- name: count_received
UPDATE jobs SET total = total + @queued + @failed, queued = queued + @queued, failed = failed + @failed WHERE key = @job

-- name: skip_duplicates
-- The rows whose hash occurs twice are few: only these are sorted by place.
UPDATE items SET state = 5, duplicate_of = later.first, finished_at = @now
FROM (
    SELECT n, first FROM (
        SELECT n, min(n) OVER (PARTITION BY url_hash) AS first FROM items
        WHERE job = @job AND state = 0 AND url_hash IN (
            SELECT url_hash FROM items WHERE job = @job AND state = 0 GROUP BY url_hash HAVING count(*) > 1))
    WHERE n <> first) AS later
WHERE items.job = @job AND items.n = later.n

-- name: count_skipped
UPDATE jobs SET queued = queued - @skipped, skipped = skipped + @skipped WHERE key = @job

-- name: put_in_list_order
UPDATE items SET queue = 0 WHERE job = @job AND state = 0

-- name: make_queues
INSERT INTO queues (job, queue, host, queued, due_at)
SELECT q.job, q.queue, q.queue, q.queued, max(@now, coalesce((SELECT rest_until FROM hosts WHERE key = q.queue), 0))
FROM (SELECT job, queue, count(*) AS queued FROM items INDEXED BY items_claimable WHERE job = @job AND state = 0 GROUP BY queue) AS q

-- name: schedule
UPDATE jobs SET start_at = @start_at WHERE key = @job

-- name: publish
UPDATE jobs SET options = @options, concurrency = @concurrency, per_host = @per_host, served_at = 0,
    state = CASE WHEN queued = 0 THEN 4 WHEN start_at > @now THEN 1 ELSE 2 END,
    started_at = CASE WHEN queued = 0 THEN @now END,
    finished_at = CASE WHEN queued = 0 THEN @now END
WHERE key = @job AND state = 0 AND total = @items RETURNING state

-- name: remember_request
INSERT INTO requests (owner, key, digest, job, created_at) SELECT coalesce(owner, ''), @key, @digest, id, @now FROM jobs WHERE key = @job

-- name: request
SELECT digest, job FROM requests WHERE owner = @owner AND key = @key

-- name: begin_discard
-- From now on it is a job that is being deleted.
UPDATE jobs SET state = 6 WHERE key = @job AND state = 0 RETURNING id

-- name: received_jobs
SELECT key FROM jobs WHERE state = 0
