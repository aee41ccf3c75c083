-- Declared rules of computed attributes: at most one of each kind. See docs/computed-attributes.md.
CREATE TABLE computed_attribute (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  -- dormancy, lifecycle
  kind TEXT NOT NULL,
  rule #json NOT NULL,
  -- Counts the saves; every one is kept in computed_version.
  version BIGINT NOT NULL,
  is_active BOOLEAN NOT NULL,
  -- All that the values follow from beside the history: formula, rules, zone; empty before anything was computed.
  basis TEXT NOT NULL,
  -- Counts the changes of the basis: a value of another epoch was computed by another rule.
  epoch BIGINT NOT NULL,
  updated_by BIGINT,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX computed_attribute_kind ON computed_attribute (workspace_id, kind);

CREATE TABLE computed_version (
  workspace_id BIGINT NOT NULL,
  attribute_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  rule #json NOT NULL,
  is_active BOOLEAN NOT NULL,
  saved_by BIGINT,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (attribute_id, version)
) #clustered;

-- How each customer stands; what others read is a copy of it among the profile's attributes.
CREATE TABLE computed_value (
  workspace_id BIGINT NOT NULL,
  profile_id BIGINT NOT NULL,
  attribute_id BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  -- active, dormant, or a stage; empty when nothing can be said before due_at
  standing TEXT NOT NULL,
  since BIGINT NOT NULL,
  -- The highest stage ever: 0 prospect, 1 new, 2 repeat, 3 loyal.
  reached SMALLINT,
  -- When it turns by time alone.
  due_at BIGINT,
  PRIMARY KEY (profile_id, attribute_id)
) #clustered;
CREATE INDEX computed_value_due ON computed_value (workspace_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX computed_value_standing ON computed_value (attribute_id, standing, reached);

-- Every turn that was told of in the feed.
CREATE TABLE computed_change (
  workspace_id BIGINT NOT NULL,
  profile_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  attribute_id BIGINT NOT NULL,
  -- Null where nothing was said before, or is said now.
  before TEXT,
  after TEXT,
  -- When it turned, by the history; written_at is when that was found out.
  occurred_at BIGINT NOT NULL,
  written_at BIGINT NOT NULL,
  cause SMALLINT NOT NULL,
  PRIMARY KEY (profile_id, id)
) #clustered;
CREATE INDEX computed_change_attribute ON computed_change (attribute_id, written_at);

-- Who computes for a workspace, and how far it has come.
CREATE TABLE computed_worker (
  workspace_id BIGINT NOT NULL PRIMARY KEY,
  -- Grows with every claim; a write names the one that it was claimed with.
  fence BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  cursor_xid BIGINT NOT NULL,
  cursor_id BIGINT NOT NULL,
  read_at BIGINT NOT NULL,
  -- Everybody up to this profile has been computed by the present rules; null when everybody has.
  fill_after BIGINT,
  -- The newest profile when the rules changed; later ones come by the feed.
  fill_until BIGINT NOT NULL,
  n_filled BIGINT NOT NULL,
  fill_begun_at BIGINT,
  filled_at BIGINT
);
