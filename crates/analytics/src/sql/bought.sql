-- Orders, net of what was paid back. One that was called off is none; another currency counts, but not in money.
paid_back AS (
  SELECT e.profile_id, e.order_id, CAST(SUM(e.amount) AS BIGINT) AS amount
  FROM event e
  WHERE e.workspace_id = $1 AND e.name_id = {refunded} AND e.order_id IS NOT NULL AND e.amount IS NOT NULL
    AND (e.flags & 8) = 0
  GROUP BY e.profile_id, e.order_id
),
bought AS (
  SELECT o.profile_id, o.id, o.occurred_at,
    CASE WHEN o.currency = w.currency THEN o.amount + COALESCE(r.amount, 0) ELSE 0 END AS net
  FROM purchase_order o
  JOIN workspace w ON w.id = o.workspace_id
  LEFT JOIN paid_back r ON r.profile_id = o.profile_id AND r.order_id = o.id
  WHERE {order_scope} AND o.status <> 'cancelled'
)
