-- What mail providers tell through webhooks.

-- When a provider was last heard of a sender.
CREATE TABLE provider_hook (
  sender_id BIGINT NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  last_event_at BIGINT NOT NULL
);

-- Events that had an effect, and calls that are good once: what comes again changes nothing. A hash, because the
-- provider's name of an event may hold an address.
CREATE TABLE provider_event (
  sender_id BIGINT NOT NULL,
  key_hash #blob NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (sender_id, key_hash)
) #clustered;
CREATE INDEX provider_event_age ON provider_event (received_at);
