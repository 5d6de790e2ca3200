-- name: receive
INSERT INTO jobs (id, owner, state, options, created_at, touched_at) VALUES (@id, @owner, 0, '{}', store_now(), store_now())
ON CONFLICT (id) DO UPDATE SET touched_at = excluded.touched_at RETURNING key

-- name: add_hosts
INSERT INTO hosts (name) SELECT unnest(@names) ON CONFLICT (name) DO NOTHING

-- name: host_keys
SELECT name, key FROM hosts WHERE name = ANY(@names)

-- name: has_item
SELECT 1 FROM items WHERE job = @job AND n = @n

-- name: copy_items
COPY items (job, n, url, url_hash, host, queue, state, error_code, error, finished_at, options) FROM STDIN (FORMAT BINARY)

-- name: count_received
UPDATE jobs SET total = total + @queued + @failed, queued = queued + @queued, failed = failed + @failed, touched_at = store_now() WHERE key = @job AND state = 0

-- name: reserve_names
INSERT INTO names (job, name, item) SELECT @job, unnest(@names), @n ON CONFLICT (job, name) DO NOTHING

-- name: skip_duplicates
UPDATE items SET state = 5, duplicate_of = later.first, finished_at = store_now()
FROM (
    SELECT n, first FROM (
        SELECT n, min(n) OVER (PARTITION BY url_hash) AS first FROM items
        WHERE job = @job AND state = 0 AND url_hash IN (
            SELECT url_hash FROM items WHERE job = @job AND state = 0 GROUP BY url_hash HAVING count(*) > 1)) AS same
    WHERE n <> first) AS later
WHERE items.job = @job AND items.n = later.n

-- name: count_skipped
UPDATE jobs SET queued = queued - @skipped, skipped = skipped + @skipped, touched_at = store_now() WHERE key = @job AND state = 0 AND total = @items

-- name: hold_list
UPDATE jobs SET touched_at = store_now() WHERE key = @job AND state = 0

-- name: put_in_list_order
UPDATE items SET queue = 0 WHERE job = @job AND state = 0 AND queue <> 0

-- name: make_queues
INSERT INTO queues (job, queue, host, queued, due_at)
SELECT q.job, q.queue, q.queue, q.queued, greatest(store_now(), coalesce((SELECT rest_until FROM hosts WHERE key = q.queue), 0))
FROM (SELECT job, queue, count(*) AS queued FROM items WHERE job = @job AND state = 0 GROUP BY job, queue) AS q
ON CONFLICT (job, queue) DO NOTHING

-- name: publish
UPDATE jobs SET options = @options, concurrency = @concurrency, per_host = @per_host, served_at = 0, start_at = @start_at,
    state = CASE WHEN queued = 0 THEN 4 WHEN @start_at > @now THEN 1 ELSE 2 END,
    started_at = CASE WHEN queued = 0 THEN @now END,
    finished_at = CASE WHEN queued = 0 THEN @now END
WHERE key = @job AND state = 0 RETURNING state

-- name: begin_discard
-- From now on it is a job that is being deleted: nothing comes to it any more.
UPDATE jobs SET state = 6 WHERE key = @job AND state = 0 AND touched_at <= @before RETURNING id

-- name: published_state
SELECT state, skipped FROM jobs WHERE key = @job AND state NOT IN (0, 6)

-- name: remember_request
INSERT INTO requests (owner, key, digest, job, created_at)
SELECT coalesce(owner, ''), @key, @digest, id, store_now() FROM jobs WHERE key = @job ON CONFLICT (owner, key) DO NOTHING

-- name: request
SELECT digest, job FROM requests WHERE owner = @owner AND key = @key
