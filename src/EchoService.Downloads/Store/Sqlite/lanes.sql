-- name: turns
SELECT key, id, options, concurrency, per_host, (SELECT count(*) FROM lanes WHERE job = jobs.key)
FROM jobs INDEXED BY jobs_turns WHERE state = 2 AND queued > 0 ORDER BY served_at

-- name: due_queues
-- That which was served longest ago, and whether there is another.
SELECT queue, host, queued FROM queues INDEXED BY queues_due
WHERE job = @job AND queued > 0 AND due_at <= @now
    AND (SELECT max(rest_until, next_start) FROM hosts WHERE key = queues.host) <= @now
    AND (SELECT count(*) FROM lanes WHERE host = queues.host) < @host_limit
    AND (SELECT count(*) FROM lanes WHERE host = queues.host AND job = @job) < @job_host_limit
ORDER BY due_at LIMIT 2

-- name: room
SELECT min(@host_limit - count(*), @job_host_limit - coalesce(sum(job = @job), 0)) FROM lanes WHERE host = @host

-- name: first_in_list_order
SELECT items.host, max(hosts.rest_until, hosts.next_start), queues.queued, (SELECT count(*) FROM lanes WHERE host = items.host)
FROM queues JOIN items INDEXED BY items_claimable ON items.job = queues.job AND items.queue = 0 AND items.state = 0
    JOIN hosts ON hosts.key = items.host
WHERE queues.job = @job AND queues.queue = 0 AND queues.queued > 0 AND queues.due_at <= @now
ORDER BY items.due_at, items.n LIMIT 1

-- name: close_host
UPDATE hosts SET next_start = @until WHERE key = @host

-- name: host_name
SELECT name FROM hosts WHERE key = @host

-- name: lease
INSERT INTO lanes (job, queue, host, node, expires_at) VALUES (@job, @queue, @host, @node, @expires_at) RETURNING token

-- name: unlease
DELETE FROM lanes WHERE token = @token

-- name: claimable_items
SELECT n, url, attempts, host, options, etag, part, part_size FROM items INDEXED BY items_claimable
WHERE job = @job AND queue = @queue AND state = 0 AND due_at <= @now ORDER BY due_at, n LIMIT @batch

-- name: claim_item
UPDATE items SET state = 1, token = @token WHERE job = @job AND n = @n AND state = 0

-- name: take_turn
UPDATE queues SET queued = queued - @claimed, due_at = @now WHERE job = @job AND queue = @queue

-- name: wait_for_retry
UPDATE queues SET due_at = coalesce((SELECT due_at FROM items INDEXED BY items_claimable
    WHERE job = @job AND queue = @queue AND state = 0 ORDER BY due_at LIMIT 1), @otherwise)
WHERE job = @job AND queue = @queue

-- name: wait_until
UPDATE queues SET due_at = @due_at WHERE job = @job AND queue = @queue

-- name: serve
UPDATE jobs SET served_at = @now, queued = queued - @claimed, running = running + @claimed, started_at = coalesce(started_at, @now)
WHERE key = @job

-- name: next_due
SELECT min(due_at) FROM (
    SELECT (SELECT due_at FROM queues INDEXED BY queues_due WHERE job = jobs.key AND queued > 0 ORDER BY due_at LIMIT 1) AS due_at
    FROM jobs INDEXED BY jobs_turns WHERE state = 2 AND queued > 0
    UNION ALL
    SELECT min(start_at) FROM jobs INDEXED BY jobs_scheduled WHERE state = 1)

-- name: stopped_jobs
SELECT DISTINCT lanes.job FROM lanes LEFT JOIN jobs ON jobs.key = lanes.job WHERE jobs.state IS NOT 2

-- name: renew
UPDATE lanes SET expires_at = @expires_at WHERE token = @token AND expires_at > @now

-- name: keep_part
UPDATE items SET etag = @etag, part = @part, part_size = @part_size WHERE job = @job AND n = @n AND token = @token AND state = 1

-- name: names_part
-- Committed and not yet in place, broken off and to be gone on with, or being written.
SELECT 1 FROM jobs JOIN items ON items.job = jobs.key
WHERE jobs.id = @id AND items.n = @n AND (items.part = @part AND items.state IN (0, 1, 2, 4) OR items.token = @part AND items.state = 1)

-- name: attempt
SELECT CASE WHEN items.state = 1 THEN 1 WHEN items.state IN (2, 3) THEN 2 ELSE 3 END
FROM jobs LEFT JOIN items ON items.job = jobs.key AND items.n = @n AND items.token = @token WHERE jobs.id = @id
