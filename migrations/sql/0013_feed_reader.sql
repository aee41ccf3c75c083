-- How far a named reader of the change feed has come in a workspace. Between two rounds nobody holds it.
CREATE TABLE feed_reader (
  workspace_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  xid BIGINT NOT NULL,
  id BIGINT NOT NULL,
  -- Another server may begin a round from here on.
  busy_until BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, name)
) #clustered;
