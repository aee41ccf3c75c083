-- Programs of the company that are told of what happens; their signing secrets are sealed in `secret`.
CREATE TABLE webhook (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  -- What it is told of, as an array of types; empty for everything.
  types #json NOT NULL,
  is_enabled BOOLEAN NOT NULL,
  -- user, gone (it answered 410) or exhausted (nothing was taken during a whole schedule)
  disabled_reason TEXT,
  disabled_at BIGINT,
  -- It asked to be spared until then.
  spared_until BIGINT NOT NULL DEFAULT 0,
  succeeded_at BIGINT,
  failed_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT
);
CREATE INDEX webhook_workspace ON webhook (workspace_id, id);

-- What there was to tell, once for all who are told of it. The body is what is signed, byte for byte.
CREATE TABLE webhook_message (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  occurred_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX webhook_message_time ON webhook_message (workspace_id, created_at);
CREATE INDEX webhook_message_age ON webhook_message (created_at);

-- Telling one program of one thing: the row is written with the message, before anything is sent.
CREATE TABLE webhook_delivery (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  webhook_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  -- 0 waiting, 1 delivered, 2 failed
  state SMALLINT NOT NULL,
  -- A test is tried once and changes nothing about the webhook.
  is_test BOOLEAN NOT NULL DEFAULT FALSE,
  -- While it is being sent: when it may be sent again, should whoever sends it be gone.
  due_at BIGINT NOT NULL,
  -- Failures in the present run through the schedule.
  attempts INTEGER NOT NULL DEFAULT 0,
  -- When the present run through the schedule began.
  begun_at BIGINT NOT NULL,
  -- Times it was taken to be sent; an answer counts only for the last.
  taken BIGINT NOT NULL DEFAULT 0,
  last_status INTEGER,
  settled_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX webhook_delivery_once ON webhook_delivery (webhook_id, message_id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, due_at) WHERE state = 0;
CREATE INDEX webhook_delivery_listed ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_message ON webhook_delivery (message_id);

-- Every time something was sent, and what was said.
CREATE TABLE webhook_attempt (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  delivery_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL,
  -- Null when no answer came.
  status INTEGER,
  -- delivered, or why not, as one stable word
  outcome TEXT NOT NULL,
  -- The beginning of the answer, or what went wrong; addresses blotted out.
  detail TEXT NOT NULL
);
CREATE INDEX webhook_attempt_delivery ON webhook_attempt (delivery_id, id);

-- Who reads the change feed of a workspace for its webhooks, and how far.
CREATE TABLE webhook_worker (
  workspace_id BIGINT NOT NULL PRIMARY KEY,
  -- Grows with every claim; a write names the one that it was claimed with.
  fence BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  -- Everything of the feed up to here has been told, or is waiting to be.
  cursor_xid BIGINT NOT NULL,
  cursor_id BIGINT NOT NULL,
  -- When the feed had been read to its end.
  read_at BIGINT NOT NULL,
  -- Messages written since ever.
  n_written BIGINT NOT NULL
);

-- The feed tells when an address was suppressed; which one it was is looked up by that.
CREATE INDEX suppression_time ON suppression (workspace_id, created_at);
