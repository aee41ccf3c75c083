CREATE TABLE workspace (
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  currency TEXT NOT NULL,
  locale TEXT NOT NULL,
  -- 'required' drops behavioural events without consent; 'notice' keeps them.
  tracking_mode TEXT NOT NULL,
  settings #json NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL
);

CREATE TABLE server_node (
  node INTEGER NOT NULL PRIMARY KEY,
  token BIGINT NOT NULL,
  lease_until BIGINT NOT NULL
);

-- The change feed; see the storage crate.
CREATE TABLE feed (
  id #serial,
--pg   xid BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
--sqlite   xid BIGINT NOT NULL DEFAULT 0,
  workspace_id BIGINT NOT NULL,
  profile_id BIGINT NOT NULL,
  kind SMALLINT NOT NULL,
  a BIGINT NOT NULL,
  b BIGINT NOT NULL,
  written_at BIGINT NOT NULL
);
--pg CREATE INDEX feed_order ON feed (xid, id);
--pg CREATE INDEX feed_written ON feed USING brin (written_at);

CREATE TABLE job (
  id BIGINT NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  -- At most one job per key is waiting or running.
  unique_key TEXT,
  payload #json NOT NULL,
  -- waiting, running, done, failed, cancelled
  state TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  lease_token BIGINT,
  lease_until BIGINT,
  progress #json,
  last_error TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE UNIQUE INDEX job_unique_key ON job (workspace_id, kind, unique_key) WHERE state IN ('waiting', 'running');
CREATE INDEX job_due ON job (run_at) WHERE state IN ('waiting', 'running');

CREATE TABLE secret (
  workspace_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  sealed #blob NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, name)
);

-- Answers of unsafe requests by Idempotency-Key, kept a day.
CREATE TABLE idempotency (
  workspace_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  request_hash #blob NOT NULL,
  status INTEGER,
  body TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, key)
);
