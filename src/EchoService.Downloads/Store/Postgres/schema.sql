-- name: lock_schema
-- Whichever node comes first migrates; the others wait, and find it done.
SELECT pg_advisory_xact_lock(hashtextextended('echoservice.schema.' || current_schema(), 0))

-- name: create_schema_table
CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL PRIMARY KEY, oldest integer NOT NULL)

-- name: schema_version
-- oldest: the oldest version of the service's schema that can still work with this one.
SELECT version, oldest FROM schema_version ORDER BY version DESC LIMIT 1

-- name: note_version
INSERT INTO schema_version (version, oldest) VALUES (@version, @oldest)

-- name: lock_claims
-- Whoever gives out lanes, or changes what may be given out, does so alone: so limits that are counted over rows hold over all nodes,
-- and two transactions never wait for each other's queues. Held to the end of one short transaction.
SELECT pg_advisory_xact_lock(hashtextextended('echoservice.claims.' || current_schema(), 0))

-- name: now
SELECT store_now()

-- name: wake
-- Nodes that wait look at once; the rows tell what there is, the signal tells nothing.
SELECT pg_notify('echoservice_wake', '')

-- name: probe
INSERT INTO schema_version (version, oldest) VALUES (0, 0) ON CONFLICT (version) DO UPDATE SET oldest = 0
