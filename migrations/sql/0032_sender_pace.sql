-- How many messages a sender that is being warmed up has taken on a day, in the zone of its workspace. Counted in the
-- transaction that reserves them.
CREATE TABLE sender_day (
  workspace_id BIGINT NOT NULL,
  sender_id BIGINT NOT NULL,
  -- days since 1970-01-01
  day INTEGER NOT NULL,
  used BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, sender_id, day)
) #clustered;

-- Senders that others stand in for at present.
CREATE TABLE sender_trouble (
  workspace_id BIGINT NOT NULL,
  sender_id BIGINT NOT NULL,
  -- away, bounces, quota
  reason TEXT NOT NULL,
  since BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, sender_id)
) #clustered;
