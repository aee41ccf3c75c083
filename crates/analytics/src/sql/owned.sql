-- Each order's one owner over all campaigns: the last human click or open within 5 days before it; where there is
-- none, the last message delivered within 12 hours. At one instant a click goes before an open, then the message
-- with the greater number.
touch AS (
  SELECT d.profile_id, d.id AS delivery_id, d.campaign_id,
    COALESCE(d.handed_over_at, d.settled_at, d.planned_at) AS at, 0 AS kind
  FROM delivery d
  WHERE {touched_scope} AND d.state = 5 AND NOT d.is_test
    AND NOT EXISTS (SELECT 1 FROM event b WHERE b.delivery_id = d.id AND b.workspace_id = $1 AND b.name_id = {bounced})
  UNION ALL
  SELECT e.profile_id, d.id, d.campaign_id, e.occurred_at, CASE e.name_id WHEN {clicked} THEN 2 ELSE 1 END
  FROM event e
  JOIN delivery d ON d.profile_id = e.profile_id AND d.id = e.delivery_id
  WHERE {touching_scope} AND e.workspace_id = $1 AND e.name_id IN ({opened}, {clicked}) AND (e.flags & 1) = 0
    AND (e.name_id = {opened} OR e.link_id IS NOT NULL)
    AND d.workspace_id = $1 AND d.state = 5 AND NOT d.is_test
    AND NOT EXISTS (SELECT 1 FROM event b WHERE b.delivery_id = d.id AND b.workspace_id = $1 AND b.name_id = {bounced})
),
claim AS (
  SELECT o.profile_id, o.id AS order_id, o.occurred_at, o.net, t.delivery_id, t.campaign_id,
    ROW_NUMBER() OVER (PARTITION BY o.profile_id, o.id
      ORDER BY CASE WHEN t.kind = 0 THEN 1 ELSE 0 END, t.at DESC, t.kind DESC, t.delivery_id DESC) AS place
  FROM bought o
  JOIN touch t ON t.profile_id = o.profile_id AND t.at <= o.occurred_at
    AND o.occurred_at < t.at + CASE WHEN t.kind = 0 THEN {alone_ms} ELSE {human_ms} END
),
owned AS (
  SELECT profile_id, order_id, occurred_at, net, delivery_id, campaign_id FROM claim WHERE place = 1
)
