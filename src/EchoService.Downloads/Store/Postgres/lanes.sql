-- name: promote
UPDATE jobs SET state = 2 WHERE state = 1 AND start_at <= @now RETURNING id

-- name: end_lanes
DELETE FROM lanes WHERE expires_at <= @now RETURNING token, job

-- name: end_lanes_of
DELETE FROM lanes WHERE node = @node RETURNING token, job

-- name: requeue_abandoned
WITH requeued AS (
    UPDATE items SET state = 0, token = NULL
    WHERE job = ANY(@jobs) AND state IN (1, 2) AND state = 1 AND token = ANY(@tokens)
    RETURNING job, queue
)
SELECT job, queue, count(*)::integer FROM requeued GROUP BY job, queue ORDER BY job, queue

-- name: requeue_abandoned_queues
UPDATE queues SET queued = queues.queued + r.n, due_at = least(queues.due_at, @now), head_due = 0, head_n = 0
FROM unnest(@jobs, @queues, @numbers) AS r(job, queue, n) WHERE queues.job = r.job AND queues.queue = r.queue

-- name: claim
-- 1. Running jobs with room, and of each its due queues whose hosts have room.
WITH running AS MATERIALIZED (
    SELECT key AS job, per_host, served_at, concurrency,
        CASE WHEN concurrency > 0 THEN concurrency - (SELECT count(*) FROM lanes WHERE lanes.job = jobs.key) ELSE @slots END::integer AS room
    FROM jobs WHERE state = 2 AND queued > 0 ORDER BY served_at, key LIMIT 1000
),
due AS MATERIALIZED (
    SELECT r.job, r.room, r.served_at, q.queue, q.host, q.queued, q.due_at, q.head_due, q.head_n, q.host_room,
        least(q.host_room, r.room, CASE WHEN q.queue = 0 THEN 1 ELSE q.job_host_room END, @new_per_host)::integer AS lanes,
        -- At the end of a queue batches shrink, so that no lane holds what others could fetch meanwhile.
        CASE WHEN q.queue = 0 THEN @max_batch ELSE least(@max_batch, greatest(1, q.queued / (2 * least(
            @per_host, CASE WHEN r.per_host > 0 THEN r.per_host ELSE @per_host END, CASE WHEN r.concurrency > 0 THEN r.concurrency ELSE @per_host END))))
            END::integer AS batch
    FROM running r CROSS JOIN LATERAL (
        SELECT queues.queue, f.host, queues.queued, queues.due_at, queues.head_due, queues.head_n,
            @per_host - (SELECT count(*) FROM lanes WHERE lanes.host = f.host) AS host_room,
            least(@per_host, CASE WHEN r.per_host > 0 THEN r.per_host ELSE @per_host END)
                - (SELECT count(*) FROM lanes WHERE lanes.host = f.host AND lanes.job = r.job) AS job_host_room
        FROM queues
            -- A job in list order is at the host of its first item.
            CROSS JOIN LATERAL (SELECT CASE WHEN queues.queue <> 0 THEN queues.host ELSE (
                SELECT items.host FROM items WHERE items.job = r.job AND items.queue = 0 AND items.state = 0
                    AND (items.due_at, items.n) > (queues.head_due, queues.head_n)
                ORDER BY items.due_at, items.n LIMIT 1) END AS host) f
            LEFT JOIN hosts ON hosts.key = f.host
        WHERE queues.job = r.job AND queues.queued > 0 AND queues.due_at <= @now
            AND coalesce(greatest(hosts.rest_until, hosts.next_start), 0) <= @now
            AND (SELECT count(*) FROM lanes WHERE lanes.host = f.host) < @per_host
            AND (SELECT count(*) FROM lanes WHERE lanes.host = f.host AND lanes.job = r.job)
                < least(@per_host, CASE WHEN r.per_host > 0 THEN r.per_host ELSE @per_host END)
        ORDER BY queues.due_at LIMIT @slots) q
    WHERE r.room > 0
),
-- 2. Lanes in turn: every host's first before any host's second, every job's first before any job's second.
at_hosts AS (
    SELECT due.*, i, row_number() OVER (PARTITION BY host ORDER BY i, served_at, job, due_at) AS host_rank
    FROM due CROSS JOIN LATERAL generate_series(1, least(due.lanes, ((due.queued + due.batch - 1) / due.batch), @slots)) AS i
),
in_jobs AS (
    SELECT *, row_number() OVER (PARTITION BY job ORDER BY i, due_at, queue) AS job_rank
    FROM at_hosts WHERE host_rank <= least(host_room, @new_per_host)
),
chosen AS MATERIALIZED (SELECT * FROM in_jobs WHERE job_rank <= room ORDER BY job_rank, served_at, job LIMIT @slots),
-- 3. Their items, cut into lanes.
asked AS MATERIALIZED (
    SELECT job, queue, host, batch, head_due, head_n, count(*)::integer AS lanes FROM chosen GROUP BY job, queue, host, batch, head_due, head_n
),
picked AS MATERIALIZED (
    SELECT asked.job, asked.queue, asked.host, asked.batch, i.n, i.due_at, i.host AS item_host
    FROM asked CROSS JOIN LATERAL (
        SELECT n, due_at, host FROM items
        WHERE items.job = asked.job AND items.queue = asked.queue AND items.state = 0 AND items.due_at <= @now
            AND (items.due_at, items.n) > (asked.head_due, asked.head_n)
        ORDER BY items.due_at, items.n LIMIT asked.lanes * asked.batch FOR UPDATE SKIP LOCKED) i
),
sliced AS MATERIALIZED (
    SELECT job, queue, host, n, due_at, (place - 1) / batch AS slice
    FROM (
        SELECT picked.*, row_number() OVER turn AS place, bool_and(item_host = host) OVER turn AS same_host
        FROM picked WINDOW turn AS (PARTITION BY job, queue ORDER BY due_at, n)) AS p
    WHERE same_host
),
leases AS MATERIALIZED (
    SELECT job, queue, host, slice, nextval('lane_tokens') AS token FROM (SELECT DISTINCT job, queue, host, slice FROM sliced ORDER BY job, queue, slice) s
),
leased AS (
    INSERT INTO lanes (token, job, queue, host, node, expires_at) SELECT token, job, queue, host, @node, @expires_at FROM leases
),
claimed AS (
    UPDATE items SET state = 1, token = leases.token
    FROM sliced JOIN leases ON leases.job = sliced.job AND leases.queue = sliced.queue AND leases.slice = sliced.slice
    WHERE items.job = sliced.job AND items.n = sliced.n
    RETURNING items.job, items.n, items.due_at, items.url, items.attempts, items.options, items.etag, items.part, items.part_size, leases.token, leases.host
),
-- 4. The queues' turns go on. One that was due and had nothing to claim waits for its next item.
served AS (
    UPDATE queues SET queued = queued - taken.n, due_at = @now, head_due = taken.due_at, head_n = taken.last
    FROM (
        SELECT DISTINCT ON (job, queue) job, queue, due_at, n AS last, count(*) OVER (PARTITION BY job, queue) AS n
        FROM sliced ORDER BY job, queue, due_at DESC, sliced.n DESC) AS taken
    WHERE queues.job = taken.job AND queues.queue = taken.queue
),
waiting AS (
    UPDATE queues SET head_due = 0, head_n = 0, due_at = coalesce((
        SELECT items.due_at FROM items WHERE items.job = queues.job AND items.queue = queues.queue AND items.state = 0
        ORDER BY items.due_at LIMIT 1), @now + 1000000)
    FROM asked
    WHERE queues.job = asked.job AND queues.queue = asked.queue
        AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.job = asked.job AND leases.queue = asked.queue)
),
closed AS (
    UPDATE hosts SET next_start = greatest(hosts.next_start, @now) + ceil(taken.n * 1000000 / @starts_per_second)::bigint
    FROM (SELECT host, count(*) AS n FROM sliced GROUP BY host) AS taken
    WHERE hosts.key = taken.host AND @starts_per_second > 0
)
SELECT claimed.token, claimed.job, jobs.id, jobs.options, claimed.host, hosts.name,
    claimed.n, claimed.url, claimed.attempts, claimed.options, claimed.etag, claimed.part, claimed.part_size
FROM claimed JOIN jobs ON jobs.key = claimed.job JOIN hosts ON hosts.key = claimed.host
ORDER BY claimed.token, claimed.due_at, claimed.n

-- name: rest_closed_hosts
UPDATE queues SET due_at = greatest(queues.due_at, hosts.next_start) FROM hosts WHERE hosts.key = queues.host AND hosts.key = ANY(@hosts)

-- name: book_start
UPDATE hosts SET next_start = greatest(next_start, store_now()) + @interval
WHERE key = @host AND next_start <= store_now() + @patience RETURNING next_start - @interval - store_now()

-- name: lock_jobs
-- Always in the same order, and last of all rows: two transactions that count the same jobs do not wait for each other in a ring.
SELECT key FROM jobs WHERE key = ANY(@jobs) ORDER BY key FOR NO KEY UPDATE

-- name: serve_jobs
UPDATE jobs SET served_at = @now, queued = jobs.queued - c.n, running = jobs.running + c.n, started_at = coalesce(jobs.started_at, @now)
FROM unnest(@jobs, @numbers) AS c(job, n) WHERE jobs.key = c.job

-- name: count_abandoned
UPDATE jobs SET queued = jobs.queued + c.n, running = jobs.running - c.n
FROM unnest(@jobs, @numbers) AS c(job, n) WHERE jobs.key = c.job

-- name: next_due
SELECT min(due_at) FROM (
    SELECT (SELECT due_at FROM queues WHERE job = jobs.key AND queued > 0 ORDER BY due_at LIMIT 1) AS due_at
    FROM jobs WHERE state = 2 AND queued > 0
    UNION ALL
    SELECT min(start_at) FROM jobs WHERE state = 1
    UNION ALL
    -- Lanes that nobody renews.
    SELECT min(expires_at) FROM lanes) AS d

-- name: stopped_jobs
SELECT DISTINCT lanes.job FROM lanes LEFT JOIN jobs ON jobs.key = lanes.job WHERE lanes.node = @node AND jobs.state IS DISTINCT FROM 2

-- name: renew
WITH held AS MATERIALIZED (SELECT token FROM lanes WHERE token = ANY(@tokens) AND expires_at > store_now() ORDER BY token FOR UPDATE)
UPDATE lanes SET expires_at = store_now() + @lease FROM held WHERE lanes.token = held.token RETURNING lanes.token

-- name: unlease
WITH held AS MATERIALIZED (SELECT token FROM lanes WHERE token = ANY(@tokens) ORDER BY token FOR UPDATE)
DELETE FROM lanes USING held WHERE lanes.token = held.token

-- name: keep_part
UPDATE items SET etag = @etag, part = @part, part_size = @part_size WHERE job = @job AND n = @n AND token = @token AND state = 1

-- name: names_part
-- Committed and not yet in place, broken off and to be gone on with, or being written.
SELECT 1 WHERE EXISTS (
    SELECT 1 FROM jobs JOIN items ON items.job = jobs.key
    WHERE jobs.id = @id AND items.n = @n AND items.part = @part AND items.state IN (0, 1, 2, 4))
    OR EXISTS (SELECT 1 FROM lanes WHERE token = @part)

-- name: attempts
SELECT CASE WHEN jobs.key IS NULL THEN 0 WHEN items.state = 1 THEN 1 WHEN items.state IN (2, 3) THEN 2 ELSE 3 END
FROM unnest(@jobs, @numbers, @tokens) WITH ORDINALITY AS a(job, n, token, i)
    LEFT JOIN jobs ON jobs.id = a.job
    LEFT JOIN items ON items.job = jobs.key AND items.n = a.n AND items.token = a.token
ORDER BY a.i

-- name: unplaced
-- Committed so long ago that whoever did it is dead, or will find the file in place.
SELECT jobs.id, items.job, items.n, items.token, items.part, items.file_name, items.size
FROM items JOIN jobs ON jobs.key = items.job
WHERE items.state IN (1, 2) AND items.state = 2 AND items.finished_at <= @before LIMIT 10000

-- name: received_jobs
SELECT key FROM jobs WHERE state = 0 AND touched_at <= @before
