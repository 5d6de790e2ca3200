-- name: begin_retry
UPDATE jobs SET state = 2, finished_at = NULL, retrying = @now, retry_code = @error_code WHERE key = @job

-- name: retry_under_way
SELECT retrying FROM jobs WHERE key = @job AND state IN (2, 3)

-- name: retry_batch
-- Lines that are no URL (host 0) have nothing to try again.
SELECT max(n), count(*) FROM (
    SELECT n FROM items INDEXED BY items_failed
    WHERE job = @job AND state = 4 AND error_code = @error_code AND n > @after AND host > 0 AND finished_at <= @before
    ORDER BY n LIMIT @batch)

-- name: retry_queues
INSERT INTO queues (job, queue, host, queued, due_at)
SELECT @job, q.queue, q.queue, q.queued, max(@now, coalesce((SELECT rest_until FROM hosts WHERE key = q.queue), 0))
FROM (SELECT queue, count(*) AS queued FROM items INDEXED BY items_failed
    WHERE job = @job AND state = 4 AND error_code = @error_code AND n > @after AND n <= @last AND host > 0 AND finished_at <= @before
    GROUP BY queue) AS q
WHERE true
ON CONFLICT (job, queue) DO UPDATE SET queued = queued + excluded.queued,
    due_at = CASE WHEN queue = 0 THEN max(due_at, excluded.due_at) ELSE min(due_at, excluded.due_at) END

-- name: retry_items
UPDATE items SET state = 0, token = NULL, attempts = 0, due_at = 0, http_status = NULL, error_code = NULL, error = NULL, finished_at = NULL
WHERE job = @job AND n IN (SELECT n FROM items INDEXED BY items_failed
    WHERE job = @job AND state = 4 AND error_code = @error_code AND n > @after AND n <= @last AND host > 0 AND finished_at <= @before)

-- name: count_retried
UPDATE jobs SET queued = queued + @n, failed = failed - @n WHERE key = @job

-- name: end_retry
-- Not one that began since.
UPDATE jobs SET retrying = NULL, retry_code = NULL WHERE key = @job AND retrying = @begun

-- name: unfinished_retries
SELECT key, id, retrying, retry_code FROM jobs INDEXED BY jobs_retrying WHERE retrying IS NOT NULL

-- name: item_place
SELECT state, queue, part FROM items WHERE job = @job AND n = @n

-- name: leave_queue
UPDATE queues SET queued = queued - 1 WHERE job = @job AND queue = @queue

-- name: replace_url
UPDATE items SET url = @url, url_hash = @url_hash, host = @host, queue = @queue, state = 0, token = NULL, attempts = 0, due_at = 0,
    http_status = NULL, error_code = NULL, error = NULL, finished_at = NULL, etag = NULL, part = NULL, part_size = NULL
WHERE job = @job AND n = @n

-- name: join_queue
INSERT INTO queues (job, queue, host, queued, due_at)
VALUES (@job, @queue, @queue, 1, max(@now, coalesce((SELECT rest_until FROM hosts WHERE key = @queue), 0)))
ON CONFLICT (job, queue) DO UPDATE SET queued = queued + 1,
    due_at = CASE WHEN queue = 0 THEN max(due_at, excluded.due_at) ELSE min(due_at, excluded.due_at) END

-- name: count_replaced
UPDATE jobs SET queued = queued + @n, failed = failed - @failed, cancelled = cancelled - @cancelled,
    finished_at = CASE WHEN state IN (4, 5) THEN NULL ELSE finished_at END, state = CASE WHEN state IN (4, 5) THEN 2 ELSE state END
WHERE key = @job
