-- Which campaigns have a message to a VIP that is due: asked before every batch, and mostly answered by "none".
CREATE INDEX delivery_vip_due ON delivery (campaign_id, due_at) WHERE state <= 2 AND turn = 0;
