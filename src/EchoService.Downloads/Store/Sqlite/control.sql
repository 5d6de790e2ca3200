-- name: state_of
SELECT state FROM jobs WHERE id = @id AND state NOT IN (0, 6)

-- name: set_state
UPDATE jobs SET state = @state, finished_at = @finished_at, retrying = NULL WHERE key = @job

-- name: begin_delete
-- What is queued counts as cancelled from now on; its rows go with the others.
UPDATE jobs SET state = 6, ended_as = CASE WHEN state IN (4, 5) THEN state ELSE 5 END, finished_at = coalesce(finished_at, @now), retrying = NULL,
    cancelled = cancelled + queued, queued = 0
WHERE key = @job

-- name: switch_state
UPDATE jobs SET state = @state WHERE key = @job

-- name: promote
UPDATE jobs SET state = 2 WHERE key IN (SELECT key FROM jobs INDEXED BY jobs_scheduled WHERE state = 1 AND start_at <= @now) RETURNING id

-- name: cancel_running
UPDATE items SET state = 6, token = NULL, finished_at = @now
WHERE job = @job AND n IN (SELECT n FROM items INDEXED BY items_under_way WHERE job = @job AND state IN (1, 2) AND state = 1)

-- name: cancel_queued
-- Of a job that runs again by now nothing: whoever is late with a cancel has nothing left to do.
UPDATE items SET state = 6, finished_at = @now
WHERE job = @job AND n IN (SELECT n FROM items INDEXED BY items_claimable WHERE job = @job AND state = 0 LIMIT @batch)
    AND EXISTS (SELECT 1 FROM jobs WHERE key = @job AND state IN (5, 6))

-- name: count_cancelled_running
UPDATE jobs SET running = running - @n, cancelled = cancelled + @n WHERE key = @job

-- name: count_cancelled_queued
UPDATE jobs SET queued = queued - @n, cancelled = cancelled + @n WHERE key = @job AND state <> 6

-- name: empty_queues
DELETE FROM queues WHERE job = @job AND EXISTS (SELECT 1 FROM jobs WHERE key = @job AND state IN (5, 6))

-- name: delete_items
DELETE FROM items WHERE job = @job AND n IN (SELECT n FROM items WHERE job = @job LIMIT @batch)

-- name: delete_names
DELETE FROM names WHERE job = @job AND name IN (SELECT name FROM names WHERE job = @job LIMIT @batch)

-- name: forget_request
DELETE FROM requests WHERE job = @id

-- name: note_removed
-- Once its files are gone, and its rows.
UPDATE jobs SET removed = 1 WHERE key = @job AND state = 6

-- name: delete_job
-- Not before everybody has been told of its end.
DELETE FROM jobs WHERE key = @job AND removed = 1 AND NOT EXISTS (SELECT 1 FROM notices WHERE notices.job = jobs.key)

-- name: unfinished_stops
-- One that is removed waits for its notices alone.
SELECT key, id, state FROM jobs INDEXED BY jobs_states WHERE (state = 6 AND removed = 0) OR (state = 5 AND queued > 0)
