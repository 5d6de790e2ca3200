-- name: end_all_lanes
DELETE FROM lanes

-- name: requeue_abandoned_queues
UPDATE queues SET due_at = 0, queued = queued + (SELECT count(*) FROM items INDEXED BY items_under_way
    WHERE items.job = queues.job AND items.queue = queues.queue AND state IN (1, 2) AND state = 1)
WHERE job IN (SELECT DISTINCT job FROM items INDEXED BY items_under_way WHERE state IN (1, 2))

-- name: requeue_abandoned_jobs
UPDATE jobs SET queued = queued + abandoned.n, running = running - abandoned.n
FROM (SELECT job, count(*) AS n FROM items INDEXED BY items_under_way WHERE state IN (1, 2) AND state = 1 GROUP BY job) AS abandoned
WHERE jobs.key = abandoned.job

-- name: requeue_abandoned_items
UPDATE items SET state = 0, token = NULL
WHERE (job, n) IN (SELECT job, n FROM items INDEXED BY items_under_way WHERE state IN (1, 2) AND state = 1)

-- name: unplaced
SELECT jobs.id, items.job, items.n, items.token, items.part, items.file_name, items.size
FROM items INDEXED BY items_under_way JOIN jobs ON jobs.key = items.job
WHERE items.state IN (1, 2) AND items.state = 2

-- name: clock_behind
-- How far the clock stands before the last times that were written; each of them was the present once.
SELECT max(written) - @now FROM (SELECT max(served_at) AS written FROM jobs UNION ALL SELECT max(created_at) FROM jobs)

-- name: move_hosts_back
UPDATE hosts SET rest_until = min(rest_until, max(@now, rest_until - @behind)), next_start = min(next_start, max(@now, next_start - @behind))
WHERE rest_until > @now OR next_start > @now

-- name: move_queues_back
UPDATE queues SET due_at = max(@now, due_at - @behind) WHERE due_at > @now

-- name: move_items_back
UPDATE items SET due_at = max(@now, due_at - @behind) WHERE state = 0 AND due_at > @now

-- name: move_failures_back
-- A retry takes what failed before it began.
UPDATE items SET finished_at = @now WHERE state = 4 AND finished_at > @now

-- name: move_notices_back
UPDATE notices SET due_at = max(@now, due_at - @behind) WHERE due_at > @now

-- name: move_turns_back
UPDATE jobs SET served_at = @now WHERE served_at > @now
