-- Which signals of a catalogue are which paths of VSS; text, because its hash is of these bytes.
CREATE TABLE vss_mapping (
    tenant         text        NOT NULL,
    catalogue_id   text        NOT NULL,
    catalogue_hash text        NOT NULL,
    hash           text        NOT NULL,
    document       text        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, catalogue_id, catalogue_hash, hash),
    FOREIGN KEY (tenant, catalogue_id, catalogue_hash) REFERENCES catalogue
);

CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON vss_mapping
    FOR EACH ROW EXECUTE FUNCTION audit_change('hash', 'document');
