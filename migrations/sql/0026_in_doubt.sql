-- State 11 of the ledger: handed over, no answer, at a provider that recognises a repeat: handed over again with the same
-- key. See docs/delivery.md. Members of a pack share their message_id and are taken together.
CREATE INDEX delivery_in_doubt ON delivery (campaign_id, due_at) WHERE state = 11;
CREATE INDEX delivery_pack ON delivery (message_id) WHERE state = 11;
