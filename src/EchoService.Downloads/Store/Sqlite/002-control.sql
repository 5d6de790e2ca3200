-- A retry that has begun and is not through: since when (errors after it are not its own), and of which error (null: of all).
ALTER TABLE jobs ADD COLUMN retrying INTEGER;
ALTER TABLE jobs ADD COLUMN retry_code INTEGER;
CREATE INDEX jobs_retrying ON jobs (key) WHERE retrying IS NOT NULL;
CREATE INDEX jobs_scheduled ON jobs (start_at) WHERE state = 1;
CREATE INDEX jobs_ended ON jobs (finished_at) WHERE state IN (4, 5);

-- Not before this may another transfer begin at the host: Downloads:StartsPerSecondPerHost.
ALTER TABLE hosts ADD COLUMN next_start INTEGER NOT NULL DEFAULT 0;

-- Who is still to be told that a job has ended: kind 0 the job's onComplete URL, 1 the operator's command. A row is made in the
-- transaction that ends the job, whichever statement that is, and goes when it is delivered or given up.
CREATE TABLE notices (
    key      INTEGER PRIMARY KEY AUTOINCREMENT,
    job      INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at   INTEGER NOT NULL
);
CREATE INDEX notices_due ON notices (due_at);
CREATE INDEX notices_jobs ON notices (job);
CREATE TRIGGER jobs_end AFTER UPDATE OF state ON jobs WHEN NEW.state IN (4, 5) AND OLD.state NOT IN (4, 5)
BEGIN
    INSERT INTO notices (job, kind, due_at) SELECT NEW.key, 0, NEW.finished_at WHERE json_extract(NEW.options, '$.onComplete') IS NOT NULL;
    INSERT INTO notices (job, kind, due_at) VALUES (NEW.key, 1, NEW.finished_at);
END;
