-- Times are microseconds since 1970 UTC. Numbers of states are those of JobState, ItemState and ErrorCode.
CREATE TABLE jobs (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT    NOT NULL UNIQUE,
    state       INTEGER NOT NULL,
    options     TEXT    NOT NULL,
    concurrency INTEGER NOT NULL DEFAULT 0,
    per_host    INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    start_at    INTEGER,
    started_at  INTEGER,
    finished_at INTEGER,
    total       INTEGER NOT NULL DEFAULT 0,
    queued      INTEGER NOT NULL DEFAULT 0,
    running     INTEGER NOT NULL DEFAULT 0,
    done        INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    skipped     INTEGER NOT NULL DEFAULT 0,
    cancelled   INTEGER NOT NULL DEFAULT 0,
    bytes       INTEGER NOT NULL DEFAULT 0,
    served_at   INTEGER NOT NULL DEFAULT 0
);
-- Running jobs take turns: the one that was served longest ago comes first.
CREATE INDEX jobs_turns ON jobs (served_at) WHERE state = 2;
CREATE INDEX jobs_states ON jobs (state, key);

-- A host is a name and a port.
CREATE TABLE hosts (
    key        INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    rest_until INTEGER NOT NULL DEFAULT 0,
    failures   INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE items (
    job          INTEGER NOT NULL,
    n            INTEGER NOT NULL,
    url          TEXT    NOT NULL,
    url_hash     BLOB,
    host         INTEGER,
    queue        INTEGER NOT NULL DEFAULT 0,
    state        INTEGER NOT NULL,
    due_at       INTEGER NOT NULL DEFAULT 0,
    attempts     INTEGER NOT NULL DEFAULT 0,
    token        INTEGER,
    file_name    TEXT,
    size         INTEGER,
    sha256       TEXT,
    content_type TEXT,
    http_status  INTEGER,
    error_code   INTEGER,
    error        TEXT,
    duplicate_of INTEGER,
    finished_at  INTEGER,
    options      TEXT,    -- the line's own fields (fileName, sha256, size, headers, metadataUrl, values) as JSON
    etag         TEXT,    -- the strong entity tag of a part that is kept for resuming
    part         INTEGER, -- the token of the attempt that wrote it
    part_size    INTEGER,
    PRIMARY KEY (job, n)
) WITHOUT ROWID;
-- Only what can be claimed, only what is under way, only what failed: ended rows leave the hot indexes.
CREATE INDEX items_claimable ON items (job, queue, due_at, n) WHERE state = 0;
CREATE INDEX items_under_way ON items (job, n) WHERE state IN (1, 2);
CREATE INDEX items_failed ON items (job, error_code, n) WHERE state = 4;

-- What is left of a job at one host (queue = host), or in list order (queue = 0: a job with concurrency 1).
-- due_at is both the turn and the rest: least recently served first, and not before.
CREATE TABLE queues (
    job    INTEGER NOT NULL,
    queue  INTEGER NOT NULL,
    host   INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (job, queue)
) WITHOUT ROWID;
CREATE INDEX queues_due ON queues (job, due_at) WHERE queued > 0;
CREATE INDEX queues_hosts ON queues (host);

-- A lane is leased: its row holds one slot of the host, one of the job and one of the node. The token only grows: a fence.
CREATE TABLE lanes (
    token      INTEGER PRIMARY KEY AUTOINCREMENT,
    job        INTEGER NOT NULL,
    queue      INTEGER NOT NULL,
    host       INTEGER NOT NULL,
    node       TEXT    NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX lanes_hosts ON lanes (host, job);
CREATE INDEX lanes_jobs ON lanes (job);

-- File names that are taken in a job's folder, folded so that case does not matter, and by which item; next is the last
-- number that was tried for a copy.
CREATE TABLE names (
    job  INTEGER NOT NULL,
    name TEXT    NOT NULL,
    item INTEGER NOT NULL,
    next INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, name)
) WITHOUT ROWID;

-- A request's key and the digest of what it asked for, so that the same request again gives the same job.
CREATE TABLE idempotency (
    key        TEXT    NOT NULL PRIMARY KEY,
    digest     BLOB    NOT NULL,
    job        TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
