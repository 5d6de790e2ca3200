-- oldest: 1
-- What a job left that was forgotten too early: when the last one was told of its end while its removal was still under way.
DELETE FROM queues WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.key = queues.job);
DELETE FROM requests WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = requests.job);

-- 1: its rows and its files are gone, and its own row waits for those who are still to be told of its end.
ALTER TABLE jobs ADD COLUMN removed integer NOT NULL DEFAULT 0;
