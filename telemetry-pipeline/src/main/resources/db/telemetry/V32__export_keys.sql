-- The Idempotency-Key that an export was ordered with, and SHA-256 of the order's body.
alter table export add column idempotency_key text;
alter table export add column body_hash bytea;
