-- Orders within the goal's window after the hand-off; no click needed, campaigns overlap. $3 is the window.
within AS (
  SELECT f.id AS delivery_id, o.profile_id, o.id AS order_id, o.occurred_at, o.net
  FROM fact f
  JOIN bought o ON o.profile_id = f.profile_id AND o.occurred_at >= f.at AND o.occurred_at < f.at + $3
  WHERE f.delivered_at IS NOT NULL
)
