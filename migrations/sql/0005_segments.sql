CREATE TABLE segment (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  -- The rule; see docs/segments.md.
  document #json NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  -- The template that it was made from, if any.
  template TEXT,
  archived_at BIGINT,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  updated_by BIGINT,
  updated_at BIGINT NOT NULL
);
CREATE INDEX segment_workspace ON segment (workspace_id, archived_at, updated_at, id);

-- Every version that was ever saved.
CREATE TABLE segment_version (
  workspace_id BIGINT NOT NULL,
  segment_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  document #json NOT NULL,
  saved_by BIGINT,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (segment_id, version)
) #clustered;

-- Which segments a segment refers to.
CREATE TABLE segment_reference (
  workspace_id BIGINT NOT NULL,
  segment_id BIGINT NOT NULL,
  refers_to BIGINT NOT NULL,
  PRIMARY KEY (segment_id, refers_to)
) #clustered;
CREATE INDEX segment_reference_to ON segment_reference (workspace_id, refers_to);
