-- Who changed what: one row a change, written by triggers in the change's own transaction.
-- before and after hold the members that differ; all of them where a row came or went.
CREATE TABLE audit (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    tenant  text,
    actor   text        NOT NULL,
    app     text,
    kind    text        NOT NULL,
    subject text        NOT NULL,
    vin     text,
    change  text        NOT NULL,
    before  jsonb,
    after   jsonb
);

CREATE INDEX audit_of_tenant ON audit (tenant, id);
CREATE INDEX audit_of_vehicle ON audit (vin, id);

-- Arguments: the column that names the row, then columns that are not written down.
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept   text[] := TG_ARGV[1:] || ARRAY['version', 'access_version', 'created_at', 'updated_at'];
    before jsonb  := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
    after  jsonb  := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
    whole  jsonb  := coalesce(after, before);
    actor  text   := coalesce(nullif(current_setting('driveline.actor', true), ''), 'registry');
    app    text   := nullif(current_setting('driveline.app', true), '');
BEGIN
    before := before - kept;
    after  := after - kept;
    IF TG_OP = 'UPDATE' THEN
        IF before = after THEN
            RETURN NULL;
        END IF;
        SELECT jsonb_object_agg(key, value) INTO before
        FROM jsonb_each(before) WHERE value IS DISTINCT FROM after -> key;
        SELECT jsonb_object_agg(key, value) INTO after
        FROM jsonb_each(after) WHERE value IS DISTINCT FROM to_jsonb(OLD) -> key;
    END IF;
    INSERT INTO audit (tenant, actor, app, kind, subject, vin, change, before, after)
    VALUES (whole ->> 'tenant', actor, app, TG_TABLE_NAME, whole ->> TG_ARGV[0], whole ->> 'vin',
            CASE TG_OP WHEN 'INSERT' THEN 'ADDED' WHEN 'DELETE' THEN 'REMOVED' ELSE 'CHANGED' END,
            before, after);
    RETURN NULL;
END $$;

CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Erasure puts a pseudonym in the place of a person's vehicle, and nothing else does.
    IF TG_OP = 'UPDATE' AND current_setting('driveline.erasure', true) = 'on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit is append-only';
END $$;

CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_stays();
CREATE TRIGGER audit_stays_whole BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();

CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON catalogue
    FOR EACH ROW EXECUTE FUNCTION audit_change('id', 'source', 'summary');
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON model
    FOR EACH ROW EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON vehicle
    FOR EACH ROW EXECUTE FUNCTION audit_change('vin');
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON tbox
    FOR EACH ROW EXECUTE FUNCTION audit_change('serial');
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON enrolment_token
    FOR EACH ROW EXECUTE FUNCTION audit_change('serial', 'hash');
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON authority
    FOR EACH ROW EXECUTE FUNCTION audit_change('id', 'certificate');
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON certificate
    FOR EACH ROW EXECUTE FUNCTION audit_change('id', 'der');
