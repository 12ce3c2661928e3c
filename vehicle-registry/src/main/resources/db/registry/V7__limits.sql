-- What one vehicle's data may come to. Kept when it is taken away, for its version.
CREATE TABLE vehicle_limit (
    vin            text        PRIMARY KEY REFERENCES vehicle ON DELETE CASCADE,
    tenant         text        NOT NULL,
    messages_per_s int         NOT NULL,
    bytes_per_s    int         NOT NULL,
    reason         text        NOT NULL,
    in_force       boolean     NOT NULL,
    access_version bigint      NOT NULL,
    updated_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON vehicle_limit
    FOR EACH ROW EXECUTE FUNCTION audit_change('vin');
