-- oldest: 1
-- 1: its rows and its files are gone, and its own row waits for those who are still to be told of its end.
ALTER TABLE jobs ADD COLUMN removed integer NOT NULL DEFAULT 0;

-- What a job left that was forgotten too early: when the last one was told of its end while its removal was still under way.
DELETE FROM queues WHERE job NOT IN (SELECT key FROM jobs);
DELETE FROM requests WHERE job NOT IN (SELECT id FROM jobs);
