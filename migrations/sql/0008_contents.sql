-- Saved emails. The document itself stands in content_version, once per version.
CREATE TABLE content (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  -- The name folded for search (NFKC, lower case, katakana to hiragana, no spaces).
  search_text TEXT NOT NULL,
  -- The subject as a made-up customer reads it, for lists.
  sample_subject TEXT NOT NULL,
  -- Languages of the document, the default first, with commas between.
  locales TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  updated_by BIGINT,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT
);
CREATE INDEX content_recent ON content (workspace_id, updated_at, id);

-- Every version that was ever saved: what a campaign sent stays readable, and a mistake can be undone.
CREATE TABLE content_version (
  workspace_id BIGINT NOT NULL,
  content_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  document #json NOT NULL,
  saved_by BIGINT,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (content_id, version)
) #clustered;
