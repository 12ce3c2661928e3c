-- A record without a value: what a compacted topic forgets its key by.
ALTER TABLE outbox ALTER COLUMN value DROP NOT NULL;
