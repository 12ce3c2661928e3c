-- Certificates that an automaker's own authority signed and that were revoked here; kept when they
-- are un-held, for the version. Gateways know them by issuer (SHA-256 of its name) and serial.
CREATE TABLE foreign_certificate (
    issuer         text        NOT NULL,
    serial         text        NOT NULL,
    authority      text        NOT NULL REFERENCES authority,
    tenant         text        NOT NULL,
    reason         text,
    revoked_at     timestamptz,
    access_version bigint      NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, serial)
);

CREATE INDEX foreign_certificate_of ON foreign_certificate (authority, serial);

CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON foreign_certificate
    FOR EACH ROW EXECUTE FUNCTION audit_change('serial');
