-- name: stop_job
UPDATE jobs SET state = @state, finished_at = @now, retrying = NULL, running = running - @running, cancelled = cancelled + @running
WHERE key = @job AND state = @from RETURNING key

-- name: begin_delete
-- What is queued counts as cancelled from now on; its rows go with the others.
UPDATE jobs SET state = 6, ended_as = CASE WHEN state IN (4, 5) THEN state ELSE 5 END, finished_at = coalesce(finished_at, @now), retrying = NULL,
    cancelled = cancelled + queued + @running, queued = 0, running = running - @running
WHERE key = @job AND state = @from RETURNING key

-- name: switch_state
UPDATE jobs SET state = @state WHERE id = @id AND state = @from RETURNING key

-- name: cancel_running
UPDATE items SET state = 6, token = NULL, finished_at = @now WHERE job = @job AND state IN (1, 2) AND state = 1

-- name: cancel_queued
-- Of a job that runs again by now nothing: whoever is late with a cancel has nothing left to do.
UPDATE items SET state = 6, finished_at = store_now()
WHERE job = @job AND n IN (SELECT n FROM items WHERE job = @job AND state = 0 LIMIT @batch FOR UPDATE SKIP LOCKED)
    AND EXISTS (SELECT 1 FROM jobs WHERE key = @job AND state IN (5, 6))

-- name: count_cancelled_queued
UPDATE jobs SET queued = queued - @n, cancelled = cancelled + @n WHERE key = @job AND state <> 6

-- name: empty_queues
-- A node of a former version may have taken the job's own row by now.
DELETE FROM queues WHERE job = @job AND NOT EXISTS (SELECT 1 FROM jobs WHERE key = @job AND state NOT IN (5, 6))

-- name: delete_items
DELETE FROM items WHERE job = @job AND n IN (SELECT n FROM items WHERE job = @job LIMIT @batch FOR UPDATE SKIP LOCKED)

-- name: delete_names
DELETE FROM names WHERE job = @job AND name IN (SELECT name FROM names WHERE job = @job LIMIT @batch FOR UPDATE SKIP LOCKED)

-- name: forget_request
DELETE FROM requests WHERE job = @id

-- name: note_removed
-- Once its files are gone, and its rows: another node may hold some of them for a moment.
UPDATE jobs SET removed = 1
WHERE key = @job AND state = 6 AND NOT EXISTS (SELECT 1 FROM items WHERE items.job = jobs.key) AND NOT EXISTS (SELECT 1 FROM names WHERE names.job = jobs.key)

-- name: delete_job
-- Not before everybody has been told of its end.
DELETE FROM jobs WHERE key = @job AND removed = 1 AND NOT EXISTS (SELECT 1 FROM notices WHERE notices.job = jobs.key)

-- name: unfinished_stops
-- One that is removed waits for its notices alone. Where the last one went at the same moment, neither side saw the other: that is ended here.
SELECT key, id, state FROM jobs WHERE (state = 6 AND (removed = 0 OR NOT EXISTS (SELECT 1 FROM notices WHERE notices.job = jobs.key))) OR (state = 5 AND queued > 0)
