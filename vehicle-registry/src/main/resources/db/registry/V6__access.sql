-- What somebody asked for: topics that vehicles may not use, or may use again.
CREATE TABLE topic_rule (
    id         uuid        PRIMARY KEY,
    tenant     text        NOT NULL,
    scope      text        NOT NULL,
    subject    text        NOT NULL,
    action     text        NOT NULL,
    effect     text        NOT NULL,
    filter     text        NOT NULL,
    reason     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant, scope, subject, action, effect, filter)
);

-- What the gateways were told of it, by vehicle or for a whole tenant (vin is null).
CREATE TABLE topic_exception (
    key            text    PRIMARY KEY,
    tenant         text    NOT NULL,
    vin            text,
    action         text    NOT NULL,
    effect         text    NOT NULL,
    filter         text    NOT NULL,
    in_force       boolean NOT NULL,
    access_version bigint  NOT NULL
);

CREATE INDEX topic_exception_of_vehicle ON topic_exception (vin);

CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON topic_rule
    FOR EACH ROW EXECUTE FUNCTION audit_change('id');

-- Who may do what with one vehicle; kept after it ended.
CREATE TABLE vehicle_grant (
    id         uuid        PRIMARY KEY,
    tenant     text        NOT NULL,
    vin        text        NOT NULL REFERENCES vehicle ON DELETE CASCADE,
    subject    text        NOT NULL,
    scopes     text[]      NOT NULL,
    purpose    text        NOT NULL,
    from_at    timestamptz NOT NULL,
    until_at   timestamptz NOT NULL,
    ended_at   timestamptz,
    end_reason text,
    version    bigint      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX vehicle_grant_of ON vehicle_grant (vin, created_at, id);

CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON vehicle_grant
    FOR EACH ROW EXECUTE FUNCTION audit_change('id');
