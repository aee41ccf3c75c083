-- A repeated request is answered as the first was, the address of what it made included.
ALTER TABLE idempotency ADD COLUMN location TEXT;
