-- The place in its vehicle's line: the counter of its envelope. The default is for the version before.
ALTER TABLE command ADD COLUMN counter bigint NOT NULL
    DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
UPDATE command SET counter = (extract(epoch FROM issued_at) * 1000)::bigint;

-- What its type said when it was accepted; types can change afterwards.
ALTER TABLE command ADD COLUMN toggle boolean NOT NULL DEFAULT false;
ALTER TABLE command ADD COLUMN supersedes jsonb NOT NULL DEFAULT '[]';

ALTER TABLE command ADD COLUMN ttl_s integer NOT NULL DEFAULT 0;
ALTER TABLE command ADD COLUMN background boolean NOT NULL DEFAULT false;
ALTER TABLE command ADD COLUMN advice jsonb;

-- Quotas count what was asked for within a minute.
CREATE INDEX command_rate_of_vehicle ON command (vin, type, issued_at);
CREATE INDEX command_rate_of_caller ON command (tenant, requested_by, type, issued_at);
CREATE INDEX command_rate_of_tenant ON command (tenant, type, issued_at);
