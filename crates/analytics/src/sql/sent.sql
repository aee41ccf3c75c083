-- Messages that were accepted for hand-off. Tests are none.
sent AS (
  SELECT d.profile_id, d.id, COALESCE(d.handed_over_at, d.settled_at, d.planned_at) AS at
  FROM delivery d
  WHERE {sent_scope} AND d.workspace_id = $1 AND d.state = 5 AND NOT d.is_test
)
