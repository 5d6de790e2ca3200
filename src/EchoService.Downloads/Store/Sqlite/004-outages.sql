-- A job's failures at a host that has not answered since: how many rests of the host in a row they have begun, and what the last one was.
-- given_up 1: what is left of the job there is being failed; 2: it has failed, and what comes back fails too.
CREATE TABLE outages (
    job        INTEGER NOT NULL,
    host       INTEGER NOT NULL,
    rests      INTEGER NOT NULL,
    given_up   INTEGER NOT NULL,
    error_code INTEGER NOT NULL,
    error      TEXT    NOT NULL,
    PRIMARY KEY (job, host)
) WITHOUT ROWID;
CREATE INDEX outages_hosts ON outages (host);
CREATE INDEX outages_failing ON outages (job, host) WHERE given_up = 1;
CREATE TRIGGER jobs_outages AFTER UPDATE OF state ON jobs WHEN NEW.state IN (4, 5, 6)
BEGIN
    DELETE FROM outages WHERE job = NEW.key;
END;

-- What a job that is being deleted was: its row stays until everybody has been told of its end.
ALTER TABLE jobs ADD COLUMN ended_as INTEGER;
CREATE TRIGGER jobs_delete AFTER UPDATE OF state ON jobs WHEN NEW.state = 6 AND OLD.state IN (1, 2, 3)
BEGIN
    INSERT INTO notices (job, kind, due_at) SELECT NEW.key, 0, NEW.finished_at WHERE json_extract(NEW.options, '$.onComplete') IS NOT NULL;
    INSERT INTO notices (job, kind, due_at) VALUES (NEW.key, 1, NEW.finished_at);
END;

-- Pages of items that have ended in one way, however many have ended in another.
CREATE INDEX items_ended ON items (job, state, n) WHERE state IN (3, 4, 5, 6);
