-- The audit is a set of hash chains, sixteen a tenant by vehicle: a tenant checks its own without those of
-- others, and transactions about different vehicles seldom wait for each other.
ALTER TABLE audit ADD COLUMN kind text NOT NULL DEFAULT 'COMMAND';
ALTER TABLE audit ALTER COLUMN vin DROP NOT NULL;
-- As it was hashed, byte by byte.
ALTER TABLE audit ALTER COLUMN result TYPE text USING result::text;
-- Null for steps from before there were chains.
ALTER TABLE audit ADD COLUMN line     integer;
ALTER TABLE audit ADD COLUMN number   bigint;
ALTER TABLE audit ADD COLUMN hash     text;
ALTER TABLE audit ADD COLUMN personal text;
ALTER TABLE audit ADD COLUMN salt     text;
CREATE UNIQUE INDEX audit_place ON audit (tenant, line, number) WHERE line IS NOT NULL;
CREATE INDEX audit_by_time ON audit (tenant, at);

CREATE TABLE audit_end (
    tenant text NOT NULL,
    line   integer NOT NULL,
    number bigint NOT NULL,
    hash   text NOT NULL,
    PRIMARY KEY (tenant, line)
);

CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Erasure puts a pseudonym in the place of a vehicle, and nothing else does.
    IF TG_OP = 'UPDATE' AND current_setting('driveline.erasure', true) = 'on'
       AND to_jsonb(NEW) - ARRAY['vin', 'result', 'salt'] = to_jsonb(OLD) - ARRAY['vin', 'result', 'salt'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit is append only';
END
$$;
CREATE TRIGGER audit_keeps_whole BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
