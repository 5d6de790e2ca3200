-- name: due_notices
-- Taken for a while: one node tells. Not while a cancelled job's rows are still being ended: who is told is told the last word.
WITH due AS MATERIALIZED (
    SELECT notices.key FROM notices JOIN jobs ON jobs.key = notices.job
    WHERE notices.due_at <= @now AND NOT (jobs.state = 5 AND jobs.queued > 0)
    ORDER BY notices.due_at LIMIT @limit FOR UPDATE OF notices SKIP LOCKED
)
UPDATE notices SET due_at = @now + @hold FROM due WHERE notices.key = due.key RETURNING notices.key, notices.job, notices.kind, notices.attempts

-- name: next_notice
SELECT min(due_at) FROM notices WHERE due_at > @now

-- name: postpone_notice
UPDATE notices SET due_at = store_now() + @pause, attempts = attempts + 1 WHERE key = @key

-- name: remove_notice
DELETE FROM notices WHERE key = @key

-- name: noticed_job
-- One that is being deleted too, as it ended.
SELECT key, id, coalesce(ended_as, state), options, created_at, started_at, finished_at, total, queued, running, done, failed, skipped, cancelled, bytes, owner
FROM jobs WHERE key = @job AND state <> 0

-- name: oldest_ended
SELECT id, store_now() - finished_at FROM jobs
WHERE state IN (4, 5) AND queued = 0 AND NOT EXISTS (SELECT 1 FROM notices WHERE notices.job = jobs.key) ORDER BY finished_at LIMIT 1

-- name: all_bytes
SELECT coalesce(sum(bytes), 0)::bigint FROM jobs WHERE state NOT IN (0, 6)
