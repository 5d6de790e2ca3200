-- Whose job it is: the name of the API key that posted it; null: nobody's, posted while there were no keys.
ALTER TABLE jobs ADD COLUMN owner TEXT;
CREATE INDEX jobs_owners ON jobs (owner, key);

-- Each owner chooses its Idempotency-Keys for itself; '' is nobody.
CREATE TABLE requests (
    owner      TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    digest     BLOB    NOT NULL,
    job        TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) WITHOUT ROWID;
INSERT INTO requests (owner, key, digest, job, created_at) SELECT '', key, digest, job, created_at FROM idempotency;
DROP TABLE idempotency;
CREATE INDEX requests_jobs ON requests (job);
