-- Receipts are forgotten by age, a few thousand at a time.
CREATE INDEX receipt_age ON receipt (received_at);
