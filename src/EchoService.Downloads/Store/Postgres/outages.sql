-- name: note_rest
INSERT INTO outages (job, host, rests, given_up, error_code, error)
SELECT key, @host, 1, CASE WHEN @limit <= 1 THEN 1 ELSE 0 END, @error_code, @error FROM jobs WHERE key = @job AND state IN (2, 3)
ON CONFLICT (job, host) DO UPDATE SET rests = outages.rests + 1, error_code = excluded.error_code, error = excluded.error,
    given_up = CASE WHEN outages.given_up = 0 AND outages.rests + 1 >= @limit THEN 1 ELSE outages.given_up END

-- name: end_outages
DELETE FROM outages WHERE host = ANY(@hosts)

-- name: forget_outages
DELETE FROM outages WHERE job = @job

-- name: forget_outage
DELETE FROM outages WHERE job = @job AND host = @host

-- name: any_failing
SELECT 1 FROM outages JOIN jobs ON jobs.key = outages.job WHERE given_up = 1 AND jobs.state = 2 LIMIT 1

-- name: failing
SELECT outages.job, jobs.id, outages.host, hosts.name, CASE WHEN jobs.concurrency = 1 THEN 0 ELSE outages.host END, rests, error_code, error
FROM outages JOIN jobs ON jobs.key = outages.job JOIN hosts ON hosts.key = outages.host
WHERE given_up = 1 AND jobs.state = 2 LIMIT 1

-- name: fail_queued
UPDATE items SET state = 4, error_code = @error_code, error = @error, finished_at = @now
WHERE job = @job AND n IN (SELECT n FROM items WHERE job = @job AND queue = @queue AND state = 0 AND host = @host LIMIT @batch FOR UPDATE SKIP LOCKED)

-- name: count_failed_queue
UPDATE queues SET queued = queued - @n WHERE job = @job AND queue = @queue

-- name: count_failed_queued
UPDATE jobs SET queued = queued - @n, failed = failed + @n WHERE key = @job

-- name: end_failing
UPDATE outages SET given_up = 2 WHERE job = @job AND host = @host

-- name: fail_again
-- Items have come back to queues that are given up.
UPDATE outages SET given_up = 1 FROM unnest(@jobs, @hosts) AS r(job, host) WHERE outages.job = r.job AND outages.host = r.host AND given_up = 2
