-- Who messages come from and by which way they leave.
CREATE TABLE sender (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  from_name TEXT NOT NULL,
  from_address TEXT NOT NULL,
  reply_to TEXT,
  -- sandbox or smtp
  transport TEXT NOT NULL,
  -- Host, port, protection, rates; no secret.
  settings #json NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  archived_at BIGINT
);
CREATE INDEX sender_workspace ON sender (workspace_id, id);

-- What the sandbox kept instead of sending.
CREATE TABLE captured_message (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  delivery_id BIGINT NOT NULL,
  idempotency_key TEXT NOT NULL,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  from_name TEXT NOT NULL,
  from_address TEXT NOT NULL,
  subject TEXT NOT NULL,
  preheader TEXT NOT NULL,
  html TEXT NOT NULL,
  body_text TEXT NOT NULL,
  headers #json NOT NULL,
  raw #blob NOT NULL,
  captured_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX captured_message_once ON captured_message (workspace_id, idempotency_key);
CREATE INDEX captured_message_workspace ON captured_message (workspace_id, id);
CREATE INDEX captured_message_recipient ON captured_message (workspace_id, recipient, id);
