-- Segments whose members only get what is meant for them; see docs/segments.md.
ALTER TABLE segment ADD COLUMN is_vip BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX segment_vip ON segment (workspace_id, id) WHERE is_vip;

-- Of those that are due at the same moment the lower leaves first: 0 for VIPs, 1 for others.
ALTER TABLE delivery ADD COLUMN turn SMALLINT NOT NULL DEFAULT 1;
DROP INDEX delivery_due;
CREATE INDEX delivery_due ON delivery (campaign_id, due_at, turn) WHERE state <= 2;
