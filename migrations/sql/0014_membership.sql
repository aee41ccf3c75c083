-- Who was in which segment, from when until when. Kept for ever: any past moment can be asked.
CREATE TABLE membership (
  workspace_id BIGINT NOT NULL,
  segment_id BIGINT NOT NULL,
  profile_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  entered_at BIGINT NOT NULL,
  -- Why; see docs/membership.md.
  entered_by SMALLINT NOT NULL,
  -- The first instant at which the profile is out; null while it is in. Always later than entered_at.
  left_at BIGINT,
  left_by SMALLINT,
  PRIMARY KEY (segment_id, profile_id, id)
) #clustered;
-- Nobody is in a segment twice at once.
CREATE UNIQUE INDEX membership_open ON membership (segment_id, profile_id) WHERE left_at IS NULL;
CREATE INDEX membership_profile ON membership (profile_id, entered_at);
CREATE INDEX membership_entered ON membership (segment_id, entered_at);
CREATE INDEX membership_left ON membership (segment_id, left_at) WHERE left_at IS NOT NULL;

-- Who keeps the memberships of a workspace, and how far it has read.
CREATE TABLE membership_worker (
  workspace_id BIGINT NOT NULL PRIMARY KEY,
  -- Grows with every claim; a write names the one that it was claimed with.
  fence BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  -- Everything of the feed up to here has been acted upon.
  cursor_xid BIGINT NOT NULL,
  cursor_id BIGINT NOT NULL,
  -- The instant of the last write; the next one is later, whatever the clock says.
  marked_at BIGINT NOT NULL,
  -- When the feed had been read to its end.
  read_at BIGINT NOT NULL,
  -- 0 nothing yet, 1 by the audience index, 2 by SQL
  way SMALLINT NOT NULL
);

-- By which rule the intervals of each segment were made.
CREATE TABLE membership_filled (
  workspace_id BIGINT NOT NULL,
  segment_id BIGINT NOT NULL PRIMARY KEY,
  -- A checksum of the rule with the segments that it refers to; empty while being filled, '-' when put away.
  rule TEXT NOT NULL,
  -- Before this nothing is known.
  kept_since BIGINT NOT NULL
);
CREATE INDEX membership_filled_workspace ON membership_filled (workspace_id);
