-- A list of more than two values is a table that SQLite makes anew for every row that changes (twice: for what it was and for what it is).
DROP INDEX items_ended;
CREATE INDEX items_ended ON items (job, state, n) WHERE state >= 3;
