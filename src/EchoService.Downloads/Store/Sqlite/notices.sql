-- name: due_notices
-- Not while a cancelled job's rows are still being ended: who is told is told the last word.
SELECT notices.key, notices.job, notices.kind, notices.attempts FROM notices INDEXED BY notices_due JOIN jobs ON jobs.key = notices.job
WHERE notices.due_at <= @now AND NOT (jobs.state = 5 AND jobs.queued > 0) ORDER BY notices.due_at LIMIT @limit

-- name: next_notice
SELECT min(due_at) FROM notices WHERE due_at > @now

-- name: postpone_notice
UPDATE notices SET due_at = @due_at, attempts = attempts + 1 WHERE key = @key

-- name: remove_notice
DELETE FROM notices WHERE key = @key

-- name: noticed_job
-- One that is being deleted too, as it ended.
SELECT key, id, coalesce(ended_as, state), options, created_at, started_at, finished_at, total, queued, running, done, failed, skipped, cancelled, bytes, owner
FROM jobs WHERE key = @job AND state <> 0

-- name: oldest_ended
SELECT id, finished_at, bytes FROM jobs INDEXED BY jobs_ended
WHERE state IN (4, 5) AND queued = 0 AND NOT EXISTS (SELECT 1 FROM notices WHERE notices.job = jobs.key) ORDER BY finished_at LIMIT 1

-- name: all_bytes
SELECT coalesce(sum(bytes), 0) FROM jobs WHERE state NOT IN (0, 6)
