-- Several authorities: those that we issue with, and automakers' own (FOREIGN).
ALTER TABLE authority
    ADD COLUMN kind         text   NOT NULL DEFAULT 'ISSUING',
    ADD COLUMN state        text   NOT NULL DEFAULT 'IN_FORCE',
    ADD COLUMN vin_prefixes text[] NOT NULL DEFAULT ARRAY[''],
    ADD COLUMN reason       text,
    ADD COLUMN ended_at     timestamptz;

CREATE INDEX authority_of_tenant ON authority (tenant, created_at);

-- authority: whose key signed it; spki: SHA-256 of its public key, hexadecimal. Rows from before get both at the
-- first start.
ALTER TABLE certificate
    ADD COLUMN authority text REFERENCES authority,
    ADD COLUMN spki      text;

CREATE INDEX certificate_by_key ON certificate (spki);
CREATE INDEX certificate_revoked ON certificate (authority, not_after) WHERE reason IS NOT NULL;
CREATE INDEX certificate_incomplete ON certificate (id) WHERE spki IS NULL OR authority IS NULL;

DROP TRIGGER audited ON certificate;
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON certificate
    FOR EACH ROW EXECUTE FUNCTION audit_change('id', 'der', 'spki', 'authority');

-- The list that is handed out now; stale: something was revoked, or un-held, since.
CREATE TABLE revocation_list (
    authority   text        PRIMARY KEY REFERENCES authority,
    number      bigint      NOT NULL,
    this_update timestamptz NOT NULL,
    next_update timestamptz NOT NULL,
    der         bytea       NOT NULL,
    stale       boolean     NOT NULL
);

CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON revocation_list
    FOR EACH ROW EXECUTE FUNCTION audit_change('authority', 'der', 'stale');

-- With what became of the authority: what a revoked one signed is revoked with it.
CREATE VIEW certificate_now AS
SELECT c.id, c.issuer, c.authority, c.spki, c.tenant, c.vin, c.tbox_serial, c.not_before,
       c.not_after, c.der, c.created_at,
       CASE WHEN a.state = 'REVOKED' THEN coalesce(nullif(c.reason, 'certificateHold'), a.reason)
            ELSE c.reason END AS reason,
       CASE WHEN a.state = 'REVOKED' THEN coalesce(c.revoked_at, a.ended_at)
            ELSE c.revoked_at END AS revoked_at
FROM certificate c LEFT JOIN authority a ON a.id = c.authority;
