CREATE TABLE profile (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  -- 0 active, 1 merged into another, 2 erased
  state SMALLINT NOT NULL DEFAULT 0,
  merged_into BIGINT,
  external_id TEXT,
  email TEXT,
  phone TEXT,
  family_name TEXT,
  given_name TEXT,
  full_name TEXT,
  locale TEXT,
  time_zone TEXT,
  -- True until an external id, email or phone is known.
  is_anonymous BOOLEAN NOT NULL,
  -- Typed attributes: text, number, true/false, list of texts; dates and times as RFC 3339 text.
  attributes #json NOT NULL,
  -- Name, email and external id folded for search (NFKC, lower case, katakana to hiragana, no spaces).
  search_text TEXT NOT NULL,
  first_seen_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX profile_recent ON profile (workspace_id, state, last_seen_at, id);
CREATE INDEX profile_by_id ON profile (workspace_id, state, id);

-- Who an identity value belongs to: a narrow look-up, one row per value.
CREATE TABLE identity (
  workspace_id BIGINT NOT NULL,
  -- 1 external id, 2 email, 3 anonymous id, 4 phone
  kind SMALLINT NOT NULL,
  value TEXT NOT NULL,
  profile_id BIGINT NOT NULL,
  -- The profile that first brought the value; merges keep it so that they can be undone.
  origin_profile_id BIGINT NOT NULL,
  -- 1 server key, 2 browser key, 3 import, 4 form, 5 admin
  source SMALLINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, kind, value)
) #clustered;
CREATE INDEX identity_profile ON identity (profile_id, kind);

-- What the workspace knows of attribute keys: type, labels, where they came from.
CREATE TABLE attribute_def (
  workspace_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  -- text, number, boolean, date, list
  value_type TEXT NOT NULL,
  label_ja TEXT,
  label_en TEXT,
  is_sensitive BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, key)
) #clustered;

CREATE TABLE event_name (
  workspace_id BIGINT NOT NULL,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)
) #clustered;
CREATE UNIQUE INDEX event_name_key ON event_name (workspace_id, name);

-- Dictionary of products, categories and brands that events speak of.
CREATE TABLE term (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  -- 1 product (value = SKU), 2 category (value = path "A > B > C"), 3 brand
  kind SMALLINT NOT NULL,
  value TEXT NOT NULL,
  -- Of a product: its category. Of a category: the one above.
  parent_id BIGINT
);
CREATE UNIQUE INDEX term_value_key ON term (workspace_id, kind, value);
CREATE INDEX term_parent ON term (workspace_id, parent_id);

CREATE TABLE event (
  workspace_id BIGINT NOT NULL,
  profile_id BIGINT NOT NULL,
  occurred_at BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name_id INTEGER NOT NULL,
  product_id BIGINT,
  category_id BIGINT,
  -- Minor units of the workspace's reporting currency; refunds are negative.
  amount BIGINT,
  quantity BIGINT,
  order_id BIGINT,
  campaign_id BIGINT,
  delivery_id BIGINT,
  link_id BIGINT,
  -- Bits: 1 machine (not a human act), 2 imported, 4 derived, 8 foreign currency (left out of sums)
  flags INTEGER NOT NULL DEFAULT 0,
  received_at BIGINT NOT NULL,
  origin_profile_id BIGINT,
  properties #json,
  PRIMARY KEY (profile_id, occurred_at, id)
--sqlite ) WITHOUT ROWID;
--pg ) PARTITION BY RANGE (occurred_at);
--pg CREATE TABLE event_other PARTITION OF event DEFAULT;
CREATE INDEX event_by_name ON event (workspace_id, name_id, occurred_at);
CREATE INDEX event_by_delivery ON event (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX event_by_campaign ON event (campaign_id, name_id) WHERE campaign_id IS NOT NULL;

-- One row per message id ever taken, for 90 days; the hash tells a repeat from a clash.
CREATE TABLE receipt (
  workspace_id BIGINT NOT NULL,
  message_hash #blob NOT NULL,
  content_hash BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, message_hash)
) #clustered;

-- What could not be taken, with the reason; nothing is lost silently.
CREATE TABLE quarantine (
  id BIGINT NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  -- track, import
  source TEXT NOT NULL,
  import_id BIGINT,
  line BIGINT,
  code TEXT NOT NULL,
  detail_en TEXT NOT NULL,
  detail_ja TEXT NOT NULL,
  payload TEXT NOT NULL,
  received_at BIGINT NOT NULL
);
CREATE INDEX quarantine_workspace ON quarantine (workspace_id, id);
CREATE INDEX quarantine_import ON quarantine (import_id, line) WHERE import_id IS NOT NULL;

-- Counts of what was refused by policy (tracking without consent …), by day.
CREATE TABLE dropped_count (
  workspace_id BIGINT NOT NULL,
  day BIGINT NOT NULL,
  reason TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, day, reason)
) #clustered;

CREATE TABLE purchase_order (
  workspace_id BIGINT NOT NULL,
  profile_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  order_no TEXT NOT NULL,
  occurred_at BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  n_lines BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  -- completed, refunded, cancelled
  status TEXT NOT NULL,
  event_id BIGINT NOT NULL,
  PRIMARY KEY (profile_id, id)
) #clustered;
CREATE INDEX purchase_order_recent ON purchase_order (workspace_id, occurred_at);

-- Order number → order: unique for ever, a narrow look-up.
CREATE TABLE order_key (
  workspace_id BIGINT NOT NULL,
  order_no TEXT NOT NULL,
  profile_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, order_no)
) #clustered;

CREATE TABLE order_line (
  workspace_id BIGINT NOT NULL,
  profile_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  line_no TEXT NOT NULL,
  event_id BIGINT NOT NULL,
  PRIMARY KEY (profile_id, order_id, line_no)
) #clustered;

-- The present state of consent per purpose and channel.
CREATE TABLE consent (
  workspace_id BIGINT NOT NULL,
  profile_id BIGINT NOT NULL,
  -- email, line, push, sms; 'any' for tracking
  channel TEXT NOT NULL,
  -- marketing, tracking, or a topic key
  purpose TEXT NOT NULL,
  granted BOOLEAN NOT NULL,
  text_version TEXT,
  source TEXT NOT NULL,
  occurred_at BIGINT NOT NULL,
  expires_at BIGINT,
  PRIMARY KEY (profile_id, channel, purpose)
) #clustered;
CREATE INDEX consent_workspace ON consent (workspace_id, channel, purpose, granted);

-- Every consent ever given or withdrawn; survives the profile as a hash of the address.
CREATE TABLE consent_log (
  id BIGINT NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  profile_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  purpose TEXT NOT NULL,
  granted BOOLEAN NOT NULL,
  address_hash #blob,
  text_version TEXT,
  source TEXT NOT NULL,
  proof TEXT,
  occurred_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX consent_log_profile ON consent_log (profile_id, id);

-- Addresses that must not be written to, whoever they belong to.
CREATE TABLE suppression (
  workspace_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  -- unsubscribe (marketing only), hard_bounce, complaint, manual (everything)
  reason TEXT NOT NULL,
  delivery_id BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, channel, address, reason)
) #clustered;

CREATE TABLE merge_log (
  id BIGINT NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  survivor_id BIGINT NOT NULL,
  merged_id BIGINT NOT NULL,
  reason TEXT NOT NULL,
  evidence #json NOT NULL,
  at BIGINT NOT NULL,
  undone_at BIGINT
);
CREATE INDEX merge_log_survivor ON merge_log (workspace_id, survivor_id);
CREATE INDEX merge_log_merged ON merge_log (workspace_id, merged_id);

CREATE TABLE csv_import (
  id BIGINT NOT NULL PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  -- customers, products, orders
  kind TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_path TEXT NOT NULL,
  file_bytes BIGINT NOT NULL,
  encoding TEXT NOT NULL,
  delimiter TEXT NOT NULL,
  mapping #json NOT NULL,
  -- uploaded, running, paused, done, failed, cancelled
  state TEXT NOT NULL,
  -- Where to go on: byte offset and line of the next record.
  byte_offset BIGINT NOT NULL DEFAULT 0,
  line BIGINT NOT NULL DEFAULT 0,
  n_taken BIGINT NOT NULL DEFAULT 0,
  n_repeated BIGINT NOT NULL DEFAULT 0,
  n_refused BIGINT NOT NULL DEFAULT 0,
  error_code TEXT,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT
);
CREATE INDEX csv_import_workspace ON csv_import (workspace_id, id);
