-- One row per message sent: when each thing first happened to it. A machine's act has bit 1; a click without a
-- link is none. What a message that bounced is said to have met with is left out.
answer AS (
  SELECT e.delivery_id,
    MIN(CASE WHEN e.name_id = {bounced} THEN e.occurred_at END) AS bounced_at,
    MIN(CASE WHEN e.name_id = {opened} AND (e.flags & 1) = 0 THEN e.occurred_at END) AS opened_at,
    MIN(CASE WHEN e.name_id = {opened} THEN e.occurred_at END) AS opened_raw_at,
    MIN(CASE WHEN e.name_id = {clicked} AND e.link_id IS NOT NULL AND (e.flags & 1) = 0 THEN e.occurred_at END) AS clicked_at,
    MIN(CASE WHEN e.name_id = {clicked} AND e.link_id IS NOT NULL THEN e.occurred_at END) AS clicked_raw_at,
    MIN(CASE WHEN e.name_id = {unsubscribe_clicked} AND (e.flags & 1) = 0 THEN e.occurred_at END) AS unsubscribe_clicked_at,
    MIN(CASE WHEN e.name_id = {unsubscribe_clicked} THEN e.occurred_at END) AS unsubscribe_clicked_raw_at,
    MIN(CASE WHEN e.name_id = {unsubscribed} THEN e.occurred_at END) AS unsubscribed_at,
    MIN(CASE WHEN e.name_id = {complained} THEN e.occurred_at END) AS complained_at
  FROM event e
  WHERE {answer_scope} AND e.workspace_id = $1 AND e.delivery_id IS NOT NULL
    AND e.name_id IN ({bounced}, {opened}, {clicked}, {unsubscribe_clicked}, {unsubscribed}, {complained})
  GROUP BY e.delivery_id
),
fact AS (
  SELECT s.profile_id, s.id, s.at, a.bounced_at, a.complained_at,
    CASE WHEN a.bounced_at IS NULL THEN s.at END AS delivered_at,
    CASE WHEN a.bounced_at IS NULL THEN a.opened_at END AS opened_at,
    CASE WHEN a.bounced_at IS NULL THEN a.opened_raw_at END AS opened_raw_at,
    CASE WHEN a.bounced_at IS NULL THEN a.clicked_at END AS clicked_at,
    CASE WHEN a.bounced_at IS NULL THEN a.clicked_raw_at END AS clicked_raw_at,
    CASE WHEN a.bounced_at IS NULL THEN a.unsubscribe_clicked_at END AS unsubscribe_clicked_at,
    CASE WHEN a.bounced_at IS NULL THEN a.unsubscribe_clicked_raw_at END AS unsubscribe_clicked_raw_at,
    CASE WHEN a.bounced_at IS NULL THEN a.unsubscribed_at END AS unsubscribed_at
  FROM sent s LEFT JOIN answer a ON a.delivery_id = s.id
)
