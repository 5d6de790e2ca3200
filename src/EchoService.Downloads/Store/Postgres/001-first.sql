-- oldest: 1
-- Times are microseconds since 1970 UTC. Numbers of states are those of JobState, ItemState and ErrorCode.

-- The one clock of all nodes.
CREATE FUNCTION store_now() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $$;

-- Counters change with every batch: none of them is in an index, so that such an update stays on its page.
CREATE TABLE jobs (
    key         bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          text    NOT NULL UNIQUE,
    owner       text,              -- the name of the API key that posted it; null: nobody's
    state       integer NOT NULL,
    options     text    NOT NULL,
    concurrency integer NOT NULL DEFAULT 0,
    per_host    integer NOT NULL DEFAULT 0,
    created_at  bigint  NOT NULL,
    touched_at  bigint  NOT NULL, -- while it is received: when its last lines came
    start_at    bigint,
    started_at  bigint,
    finished_at bigint,
    total       integer NOT NULL DEFAULT 0,
    queued      integer NOT NULL DEFAULT 0,
    running     integer NOT NULL DEFAULT 0,
    done        integer NOT NULL DEFAULT 0,
    failed      integer NOT NULL DEFAULT 0,
    skipped     integer NOT NULL DEFAULT 0,
    cancelled   integer NOT NULL DEFAULT 0,
    bytes       bigint  NOT NULL DEFAULT 0,
    served_at   bigint  NOT NULL DEFAULT 0,
    retrying    bigint,
    retry_code  integer,
    ended_as    integer            -- what a job that is being deleted was: its row stays until everybody has been told of its end
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX jobs_owners ON jobs (owner, key);
CREATE INDEX jobs_states ON jobs (state, key);
CREATE INDEX jobs_scheduled ON jobs (start_at) WHERE state = 1;
CREATE INDEX jobs_ended ON jobs (finished_at) WHERE state IN (4, 5);
CREATE INDEX jobs_retrying ON jobs (key) WHERE retrying IS NOT NULL;

-- A host is a name and a port.
CREATE TABLE hosts (
    key        bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text    NOT NULL UNIQUE,
    rest_until bigint  NOT NULL DEFAULT 0,
    next_start bigint  NOT NULL DEFAULT 0,
    failures   integer NOT NULL DEFAULT 0
);

CREATE TABLE items (
    job          bigint  NOT NULL,
    n            integer NOT NULL,
    url          text    NOT NULL,
    url_hash     bytea,
    host         bigint,
    queue        bigint  NOT NULL DEFAULT 0,
    state        integer NOT NULL,
    due_at       bigint  NOT NULL DEFAULT 0,
    attempts     integer NOT NULL DEFAULT 0,
    token        bigint,
    file_name    text,
    size         bigint,
    sha256       text,
    content_type text,
    http_status  integer,
    error_code   integer,
    error        text,
    duplicate_of integer,
    finished_at  bigint,
    options      text,    -- the line's own fields (fileName, sha256, size, headers, metadataUrl, values) as JSON
    etag         text,    -- the strong entity tag of a part that is kept for resuming
    part         bigint,  -- the token of the attempt that wrote it
    part_size    bigint,
    PRIMARY KEY (job, n)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- Only what can be claimed, only what is under way, only what failed: ended rows leave the hot indexes.
CREATE INDEX items_claimable ON items (job, queue, due_at, n) WHERE state = 0;
CREATE INDEX items_under_way ON items (job, n) WHERE state IN (1, 2);
CREATE INDEX items_ended ON items (job, state, n) WHERE state IN (3, 4, 5, 6);
CREATE INDEX items_failed ON items (job, error_code, n) WHERE state = 4;

-- What is left of a job at one host (queue = host), or in list order (queue = 0: a job with concurrency 1).
-- due_at is both the turn and the rest: least recently served first, and not before. No claimable item of the queue lies at or before
-- (head_due, head_n): a claim begins its search there, and not among the entries of claimed rows that cannot be vacuumed yet.
CREATE TABLE queues (
    job      bigint  NOT NULL,
    queue    bigint  NOT NULL,
    host     bigint  NOT NULL,
    queued   integer NOT NULL,
    due_at   bigint  NOT NULL,
    head_due bigint  NOT NULL DEFAULT 0,
    head_n   integer NOT NULL DEFAULT 0,
    PRIMARY KEY (job, queue)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX queues_due ON queues (job, due_at) WHERE queued > 0;
CREATE INDEX queues_hosts ON queues (host);

-- A lane is leased: its row holds one slot of the host, one of the job and one of the node. The token only grows: a fence.
CREATE SEQUENCE lane_tokens;
CREATE TABLE lanes (
    token      bigint NOT NULL PRIMARY KEY,
    job        bigint NOT NULL,
    queue      bigint NOT NULL,
    host       bigint NOT NULL,
    node       text   NOT NULL,
    expires_at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX lanes_hosts ON lanes (host, job);
CREATE INDEX lanes_jobs ON lanes (job);

-- File names that are taken in a job's folder, folded so that case does not matter, and by which item; next is the last
-- number that was tried for a copy.
CREATE TABLE names (
    job  bigint  NOT NULL,
    name text    NOT NULL,
    item integer NOT NULL,
    next integer NOT NULL DEFAULT 0,
    PRIMARY KEY (job, name)
);

-- A request's key and the digest of what it asked for, so that the same request again gives the same job. Each owner chooses its keys
-- for itself; '' is nobody.
CREATE TABLE requests (
    owner      text   NOT NULL,
    key        text   NOT NULL,
    digest     bytea  NOT NULL,
    job        text   NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (owner, key)
);
CREATE INDEX requests_jobs ON requests (job);

-- Who is still to be told that a job has ended: kind 0 the job's onComplete URL, 1 the operator's command. A row is made in the
-- transaction that ends the job, whichever statement that is, and goes when it is delivered or given up.
CREATE TABLE notices (
    key      bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job      bigint  NOT NULL,
    kind     integer NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at   bigint  NOT NULL
);
CREATE INDEX notices_due ON notices (due_at);
CREATE INDEX notices_jobs ON notices (job);
CREATE FUNCTION job_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO notices (job, kind, due_at) SELECT NEW.key, 0, NEW.finished_at WHERE NEW.options::json ->> 'onComplete' IS NOT NULL;
    INSERT INTO notices (job, kind, due_at) VALUES (NEW.key, 1, NEW.finished_at);
    RETURN NULL;
END $$;
CREATE TRIGGER jobs_end AFTER UPDATE OF state ON jobs FOR EACH ROW
    WHEN ((NEW.state IN (4, 5) AND OLD.state NOT IN (4, 5)) OR (NEW.state = 6 AND OLD.state IN (1, 2, 3))) EXECUTE FUNCTION job_ended();

-- A job's failures at a host that has not answered since: how many rests of the host in a row they have begun, and what the last one was.
-- given_up 1: what is left of the job there is being failed; 2: it has failed, and what comes back fails too.
CREATE TABLE outages (
    job        bigint  NOT NULL,
    host       bigint  NOT NULL,
    rests      integer NOT NULL,
    given_up   integer NOT NULL,
    error_code integer NOT NULL,
    error      text    NOT NULL,
    PRIMARY KEY (job, host)
);
CREATE INDEX outages_hosts ON outages (host);
CREATE INDEX outages_failing ON outages (job, host) WHERE given_up = 1;
CREATE FUNCTION job_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM outages WHERE job = NEW.key;
    RETURN NULL;
END $$;
CREATE TRIGGER jobs_outages AFTER UPDATE OF state ON jobs FOR EACH ROW WHEN (NEW.state IN (4, 5, 6)) EXECUTE FUNCTION job_left();
