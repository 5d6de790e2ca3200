-- name: job
SELECT key, id, state, options, created_at, started_at, finished_at, total, queued, running, done, failed, skipped, cancelled, bytes, owner
FROM jobs WHERE id = @id AND state NOT IN (0, 6)

-- name: jobs
SELECT key, id, state, options, created_at, started_at, finished_at, total, queued, running, done, failed, skipped, cancelled, bytes, owner
FROM jobs WHERE key < @before AND state NOT IN (0, 6) ORDER BY key DESC LIMIT @limit

-- name: jobs_in_state
SELECT key, id, state, options, created_at, started_at, finished_at, total, queued, running, done, failed, skipped, cancelled, bytes, owner
FROM jobs INDEXED BY jobs_states WHERE state = @state AND key < @before ORDER BY key DESC LIMIT @limit

-- name: jobs_of
-- Two walks down one index, merged: an owner's few jobs are found among the many of others.
SELECT key, id, state, options, created_at, started_at, finished_at, total, queued, running, done, failed, skipped, cancelled, bytes, owner
FROM jobs INDEXED BY jobs_owners WHERE owner = @owner AND key < @before AND state NOT IN (0, 6) AND state = coalesce(@state, state)
UNION ALL
SELECT key, id, state, options, created_at, started_at, finished_at, total, queued, running, done, failed, skipped, cancelled, bytes, owner
FROM jobs INDEXED BY jobs_owners WHERE owner IS NULL AND key < @before AND state NOT IN (0, 6) AND state = coalesce(@state, state)
ORDER BY key DESC LIMIT @limit

-- name: item
SELECT n, url, state, attempts, file_name, size, sha256, content_type, http_status, error_code, error, duplicate_of, finished_at, token
FROM items WHERE job = @job AND n = @n

-- name: items
SELECT n, url, state, attempts, file_name, size, sha256, content_type, http_status, error_code, error, duplicate_of, finished_at, token
FROM items WHERE job = @job AND n > @after ORDER BY n LIMIT @limit

-- name: items_under_way
SELECT n, url, state, attempts, file_name, size, sha256, content_type, http_status, error_code, error, duplicate_of, finished_at, token
FROM items INDEXED BY items_under_way WHERE job = @job AND state IN (1, 2) AND n > @after ORDER BY n LIMIT @limit

-- name: items_failed_with
SELECT n, url, state, attempts, file_name, size, sha256, content_type, http_status, error_code, error, duplicate_of, finished_at, token
FROM items INDEXED BY items_failed WHERE job = @job AND state = 4 AND error_code = @error_code AND n > @after ORDER BY n LIMIT @limit

-- name: items_queued
SELECT n, url, state, attempts, file_name, size, sha256, content_type, http_status, error_code, error, duplicate_of, finished_at, token
FROM items WHERE job = @job AND state = 0 AND n > @after ORDER BY n LIMIT @limit

-- name: items_ended
SELECT n, url, state, attempts, file_name, size, sha256, content_type, http_status, error_code, error, duplicate_of, finished_at, token
FROM items INDEXED BY items_ended WHERE job = @job AND state >= 3 AND state = @state AND n > @after ORDER BY n LIMIT @limit

-- name: items_queued_few
SELECT n, url, state, attempts, file_name, size, sha256, content_type, http_status, error_code, error, duplicate_of, finished_at, token
FROM items INDEXED BY items_claimable WHERE job = @job AND state = 0 AND n > @after ORDER BY n LIMIT @limit

-- name: queued_share
-- Percent of the job's items.
SELECT queued * 100 / max(total, 1) FROM jobs WHERE key = @job

-- name: totals
-- Of running jobs alone: what is paused or scheduled waits for nobody, and would look like a queue that does not move.
SELECT coalesce(sum(queued), 0) FROM jobs INDEXED BY jobs_states WHERE state = 2

-- name: queued_of
SELECT coalesce(sum(queued), 0) FROM jobs INDEXED BY jobs_states WHERE state IN (0, 1, 2, 3) AND owner IS @owner

-- name: bytes_of
SELECT coalesce(sum(bytes), 0) FROM jobs INDEXED BY jobs_owners WHERE owner IS @owner AND state <> 6

-- name: items_numbered
SELECT n, url, state, attempts, file_name, size, sha256, content_type, http_status, error_code, error, duplicate_of, finished_at, token
FROM items WHERE job = @job AND n IN (SELECT value FROM json_each(@numbers)) ORDER BY n
