CREATE TABLE user_account (
  id BIGINT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  password_hash TEXT,
  locale TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT
);
CREATE UNIQUE INDEX user_account_email_key ON user_account (email);

CREATE TABLE member (
  workspace_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  role TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX member_user ON member (user_id);

-- One-time links: the first owner, invitations, sign-in of the demo.
CREATE TABLE sign_in_link (
  token_hash #blob NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  workspace_id BIGINT,
  user_id BIGINT,
  role TEXT,
  email TEXT,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  created_at BIGINT NOT NULL
);

-- A session is a family of refresh tokens; a token names its generation and is proved by an HMAC.
CREATE TABLE session (
  id BIGINT NOT NULL PRIMARY KEY,
  user_id BIGINT NOT NULL,
  workspace_id BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  rotated_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT,
  revoke_reason TEXT,
  user_agent TEXT
);
CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE api_key (
  id BIGINT NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  -- The first characters, to tell keys apart in a list.
  hint TEXT NOT NULL,
  key_hash #blob NOT NULL,
  scopes TEXT NOT NULL,
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX api_key_hash_key ON api_key (key_hash);
CREATE INDEX api_key_workspace ON api_key (workspace_id);

-- Keys of the tracking API. A browser key is public, so it is kept readable; a server key is hashed only.
CREATE TABLE write_key (
  id BIGINT NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  -- 'server' or 'browser'
  power TEXT NOT NULL,
  hint TEXT NOT NULL,
  public_key TEXT,
  key_hash #blob NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX write_key_hash_key ON write_key (key_hash);
CREATE INDEX write_key_workspace ON write_key (workspace_id);

-- Every change: who, what, before and after (secrets and personal data left out).
CREATE TABLE audit_log (
  id BIGINT NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id BIGINT,
  detail #json NOT NULL
);
CREATE INDEX audit_log_workspace ON audit_log (workspace_id, id);

-- Every opening or export of a person.
CREATE TABLE access_log (
  id BIGINT NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT,
  action TEXT NOT NULL,
  profile_id BIGINT,
  n_people BIGINT NOT NULL DEFAULT 1,
  fields TEXT NOT NULL
);
CREATE INDEX access_log_workspace ON access_log (workspace_id, id);
CREATE INDEX access_log_profile ON access_log (workspace_id, profile_id, id);

-- Single-use tickets for downloads, previews and streams.
CREATE TABLE ticket (
  token_hash #blob NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  user_id BIGINT,
  purpose TEXT NOT NULL,
  payload #json NOT NULL,
  expires_at BIGINT NOT NULL
);
