-- LINE accounts (rows of `sender` with transport 'line') and what LINE tells of their friends.

-- How a person stands to an account, by LINE's own instants. Whose user id it is stands in `identity` (kind 5), so merges
-- move the person and leave this table alone.
CREATE TABLE line_friend (
  workspace_id BIGINT NOT NULL,
  -- The sender.
  account_id BIGINT NOT NULL,
  user_id TEXT NOT NULL,
  -- 0 follows, 1 has blocked, 2 unknown (wrote or linked, but no follow was seen)
  state SMALLINT NOT NULL,
  -- LINE's instant of that state; an older event changes nothing.
  state_at BIGINT NOT NULL,
  -- When she last began to follow, and last blocked.
  followed_at BIGINT,
  blocked_at BIGINT,
  -- How often she has blocked.
  blocks INTEGER NOT NULL DEFAULT 0,
  -- When her account was linked to a customer of ours; null when it is not.
  linked_at BIGINT,
  PRIMARY KEY (workspace_id, account_id, user_id)
) #clustered;
CREATE INDEX line_friend_state ON line_friend (workspace_id, account_id, state);
CREATE INDEX line_friend_user ON line_friend (workspace_id, user_id);

-- Events of LINE that were taken in, so that the second copy changes nothing; kept for two weeks.
CREATE TABLE line_event (
  workspace_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  -- LINE's name of the event.
  event_id TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, account_id, event_id)
) #clustered;
CREATE INDEX line_event_age ON line_event (taken_at);

-- Where the words of a message are kept, so that they can be removed when its writer takes it back.
CREATE TABLE line_message (
  workspace_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  -- LINE's name of the message.
  message_id TEXT NOT NULL,
  -- The event that holds the words; null when the message was taken back before it came.
  occurred_at BIGINT,
  event_id BIGINT,
  taken_at BIGINT NOT NULL,
  unsent_at BIGINT,
  PRIMARY KEY (workspace_id, account_id, message_id)
) #clustered;
CREATE INDEX line_message_age ON line_message (taken_at);

-- Values that go round while an account is being linked. Only their fingerprints are here.
CREATE TABLE line_link (
  workspace_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  -- The customer, as the company's own systems call her.
  external_id TEXT NOT NULL,
  began_at BIGINT NOT NULL,
  -- When LINE brought it back, or said that nothing came of it.
  used_at BIGINT,
  PRIMARY KEY (workspace_id, account_id, fingerprint)
) #clustered;
CREATE INDEX line_link_age ON line_link (began_at);

-- What an account has told so far.
CREATE TABLE line_account (
  workspace_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  -- When something last came, be it LINE's trying the address out.
  heard_at BIGINT,
  -- LINE's instant of the newest event.
  event_at BIGINT,
  n_events BIGINT NOT NULL DEFAULT 0,
  -- Copies of what was known.
  n_repeats BIGINT NOT NULL DEFAULT 0,
  -- Events of a kind or shape that nobody here acts on.
  n_ignored BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, account_id)
) #clustered;
