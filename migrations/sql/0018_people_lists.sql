-- Lists of people that somebody uploaded.
CREATE TABLE people_list (
  workspace_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  -- Counts the uploads that have been taken in whole; what a later one wrote is not seen yet.
  edition BIGINT NOT NULL DEFAULT 0,
  -- How many people were on it after the last upload.
  n_people BIGINT NOT NULL DEFAULT 0,
  -- Until then one upload has the list to itself; 0 when none has.
  busy_until BIGINT NOT NULL DEFAULT 0,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  updated_by BIGINT,
  updated_at BIGINT NOT NULL
);
CREATE INDEX people_list_recent ON people_list (workspace_id, updated_at, id);

-- Who is on a list: since edition `added`, and until before edition `removed`.
CREATE TABLE people_list_member (
  workspace_id BIGINT NOT NULL,
  list_id BIGINT NOT NULL,
  -- The profile that was meant. After a merge the other one is on the list; undone, this one is again.
  profile_id BIGINT NOT NULL,
  added BIGINT NOT NULL,
  removed BIGINT,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (list_id, profile_id, added)
) #clustered;
CREATE INDEX people_list_member_profile ON people_list_member (profile_id, list_id);
