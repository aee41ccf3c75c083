CREATE TABLE campaign (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  -- draft, scheduled, running, paused, finished, cancelled
  state TEXT NOT NULL,
  -- The five cards and the goal, versioned; see docs/delivery.md.
  document #json NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  -- The email as it was at launch: later edits of the content change nothing that is under way.
  frozen #json,
  -- The state to go back to when a pause ends.
  resume_to TEXT,
  -- When the audience is worked out, and how far that has come (the last profile id).
  plan_at BIGINT,
  planned_through BIGINT,
  planned_at BIGINT,
  launched_by BIGINT,
  launched_at BIGINT,
  finished_at BIGINT,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  updated_by BIGINT,
  updated_at BIGINT NOT NULL
);
CREATE INDEX campaign_workspace ON campaign (workspace_id, id);
CREATE INDEX campaign_moving ON campaign (state) WHERE state IN ('running', 'paused', 'scheduled');

-- The delivery ledger: one row per (campaign, occurrence, profile, channel), written before a provider is called.
CREATE TABLE delivery (
  workspace_id BIGINT NOT NULL,
  profile_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  campaign_id BIGINT NOT NULL,
  -- 0 for a one-off campaign; what triggered it for others; the row's own id for a test.
  occurrence BIGINT NOT NULL,
  -- 1 email
  channel SMALLINT NOT NULL,
  is_test BOOLEAN NOT NULL DEFAULT FALSE,
  -- 0 planned, 1 deferred, 2 retry_wait, 3 reserved, 4 handed_over, 5 accepted, 6 failed, 7 unknown,
  -- 8 cancelled, 9 expired, 10 suppressed
  state SMALLINT NOT NULL,
  -- Why it failed, waits or was suppressed, as one stable word.
  reason TEXT,
  -- The address it goes to; emptied by an erasure.
  address TEXT,
  -- Of the mailbox rather than the spelling, so that one mailbox is one unit.
  mailbox_hash BIGINT,
  due_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  -- Times it was handed over.
  attempts INTEGER NOT NULL DEFAULT 0,
  lease_token BIGINT,
  message_id TEXT,
  provider_code INTEGER,
  provider_detail TEXT,
  planned_at BIGINT NOT NULL,
  handed_over_at BIGINT,
  settled_at BIGINT,
  -- The profile that it was planned for; merges move profile_id and keep this.
  origin_profile_id BIGINT NOT NULL,
  PRIMARY KEY (profile_id, id)
) #clustered;
CREATE UNIQUE INDEX delivery_once_key ON delivery (profile_id, campaign_id, occurrence, channel, origin_profile_id);
CREATE INDEX delivery_by_id ON delivery (id);
CREATE INDEX delivery_due ON delivery (campaign_id, due_at) WHERE state <= 2;
CREATE INDEX delivery_tests ON delivery (campaign_id) WHERE is_test AND state <= 2;
CREATE INDEX delivery_leased ON delivery (lease_token) WHERE state IN (3, 4);
CREATE INDEX delivery_by_campaign ON delivery (campaign_id, state, id);
CREATE INDEX delivery_by_time ON delivery (workspace_id, settled_at) WHERE state = 5;

-- Processes that send: a row leased by a process that is gone is taken back.
CREATE TABLE send_worker (
  token BIGINT NOT NULL PRIMARY KEY,
  lease_until BIGINT NOT NULL
);

-- Where tracked links lead. The id is drawn from campaign, position and address, so writing it twice is harmless.
CREATE TABLE campaign_link (
  workspace_id BIGINT NOT NULL,
  campaign_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  -- Which link of the template, from 0.
  position INTEGER NOT NULL,
  label TEXT NOT NULL,
  url TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX campaign_link_campaign ON campaign_link (campaign_id, position);

-- Who gets test mails.
CREATE TABLE test_recipient (
  workspace_id BIGINT NOT NULL,
  address TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, address)
) #clustered;
