-- Of a catalogue's mappings the one that the readers are told: the one that was sent last.
-- version: of its fact; 0 while nobody was told.
CREATE TABLE vss_in_force (
    tenant         text        NOT NULL,
    catalogue_id   text        NOT NULL,
    catalogue_hash text        NOT NULL,
    hash           text        NOT NULL,
    version        bigint      NOT NULL,
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, catalogue_id, catalogue_hash),
    FOREIGN KEY (tenant, catalogue_id, catalogue_hash, hash) REFERENCES vss_mapping
);

INSERT INTO vss_in_force (tenant, catalogue_id, catalogue_hash, hash, version)
SELECT DISTINCT ON (tenant, catalogue_id, catalogue_hash)
       tenant, catalogue_id, catalogue_hash, hash, 0
FROM vss_mapping ORDER BY tenant, catalogue_id, catalogue_hash, created_at DESC, hash;

CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON vss_in_force
    FOR EACH ROW EXECUTE FUNCTION audit_change('catalogue_hash');
