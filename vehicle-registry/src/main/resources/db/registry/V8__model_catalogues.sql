-- Which catalogue decodes what a model's vehicles send, and from when on; a model's newest 32.
CREATE TABLE model_catalogue (
    tenant         text        NOT NULL,
    model          text        NOT NULL,
    from_at        timestamptz NOT NULL,
    catalogue_id   text        NOT NULL,
    catalogue_hash text        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, model, from_at),
    FOREIGN KEY (tenant, model) REFERENCES model,
    FOREIGN KEY (tenant, catalogue_id, catalogue_hash) REFERENCES catalogue
);

-- version: of the model's fact; 0 while nobody was told.
ALTER TABLE model ADD COLUMN version bigint NOT NULL DEFAULT 0;

INSERT INTO model_catalogue (tenant, model, from_at, catalogue_id, catalogue_hash)
SELECT tenant, id, 'epoch', catalogue_id, catalogue_hash FROM model WHERE catalogue_id IS NOT NULL;

CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON model_catalogue
    FOR EACH ROW EXECUTE FUNCTION audit_change('model');

-- An instance of the version before still writes these two columns, which nobody reads any more.
CREATE FUNCTION model_catalogue_of_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO model_catalogue (tenant, model, from_at, catalogue_id, catalogue_hash)
    SELECT NEW.tenant, NEW.id,
           CASE WHEN EXISTS (SELECT FROM model_catalogue c
                             WHERE c.tenant = NEW.tenant AND c.model = NEW.id)
                THEN clock_timestamp() ELSE 'epoch' END,
           NEW.catalogue_id, NEW.catalogue_hash;
    RETURN NULL;
END $$;

CREATE TRIGGER of_before AFTER UPDATE OF catalogue_id, catalogue_hash ON model
    FOR EACH ROW WHEN (NEW.catalogue_id IS NOT NULL) EXECUTE FUNCTION model_catalogue_of_before();
