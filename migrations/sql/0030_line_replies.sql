-- Answers by themselves: what an account says to words that it knows. See docs/line.md.
CREATE TABLE line_reply_rule (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  -- The words, folded and as they were written, and how they are compared.
  document #json NOT NULL,
  -- The messages; a document for LINE as the library of contents has it.
  messages #json NOT NULL,
  is_enabled BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  archived_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX line_reply_rule_account ON line_reply_rule (workspace_id, account_id);

-- Each event that was answered, written before LINE is called: it is answered at most once.
CREATE TABLE line_reply (
  workspace_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  event_id TEXT NOT NULL,
  rule_id BIGINT NOT NULL,
  -- 0 handed over, 1 accepted, 2 refused, 3 unknown, 4 too late
  state SMALLINT NOT NULL,
  detail TEXT,
  handed_over_at BIGINT NOT NULL,
  settled_at BIGINT,
  PRIMARY KEY (workspace_id, account_id, event_id)
) #clustered;
CREATE INDEX line_reply_age ON line_reply (handed_over_at);
CREATE INDEX line_reply_rule_state ON line_reply (rule_id, state);

-- What LINE says of its friends: the name that each chose, and where her picture is.
CREATE TABLE line_profile (
  workspace_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  user_id TEXT NOT NULL,
  -- Null where LINE tells nothing: she has blocked the account, or is no friend.
  display_name TEXT,
  picture_url TEXT,
  language TEXT,
  asked_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, account_id, user_id)
) #clustered;
