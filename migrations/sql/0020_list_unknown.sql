-- Lines of uploads to lists of people that mean nobody who is known; seen are those of the list's edition.
CREATE TABLE people_list_unknown (
  workspace_id BIGINT NOT NULL,
  list_id BIGINT NOT NULL,
  edition BIGINT NOT NULL,
  line BIGINT NOT NULL,
  -- What stands where a person is to be named, at most 200 characters.
  written TEXT NOT NULL,
  PRIMARY KEY (list_id, edition, line)
) #clustered;

-- How many lines of the last upload those are.
ALTER TABLE people_list ADD COLUMN n_unknown BIGINT NOT NULL DEFAULT 0;
