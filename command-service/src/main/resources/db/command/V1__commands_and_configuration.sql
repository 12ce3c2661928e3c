-- What is known of vehicles, from registry.vehicles.
CREATE TABLE vehicle (
    vin      text PRIMARY KEY,
    tenant   text NOT NULL,
    model    text NOT NULL,
    state    text NOT NULL,
    version  bigint NOT NULL
);

-- The highest counter given to an envelope of a vehicle.
CREATE TABLE counter (
    vin      text PRIMARY KEY,
    highest  bigint NOT NULL
);

CREATE TABLE command (
    id           uuid PRIMARY KEY,
    vin          text NOT NULL,
    tenant       text NOT NULL,
    type         text NOT NULL,
    domain       text NOT NULL,
    params       jsonb NOT NULL,
    state        text NOT NULL,
    in_flight    boolean NOT NULL DEFAULT false,
    terminal     boolean NOT NULL DEFAULT false,
    step         integer NOT NULL,
    envelope     text NOT NULL,
    issued_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    result_by    timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    dispatches   jsonb NOT NULL DEFAULT '[]',
    attempt_at   timestamptz,
    code         text,
    result       jsonb,
    late         boolean NOT NULL DEFAULT false,
    requested_by text NOT NULL,
    updated_at   timestamptz NOT NULL
);
CREATE INDEX command_by_vehicle ON command (vin, id DESC);
CREATE INDEX command_open ON command (vin, domain, id) WHERE NOT terminal;
CREATE INDEX command_due ON command (due_at) WHERE NOT terminal;
-- One in flight for a vehicle and actuator domain, whatever the dispatchers believe.
CREATE UNIQUE INDEX command_one_in_flight ON command (vin, domain) WHERE in_flight;

-- Append only: every step of every command, with who and why.
CREATE TABLE audit (
    command_id   uuid NOT NULL,
    step         integer NOT NULL,
    at           timestamptz NOT NULL,
    vin          text NOT NULL,
    tenant       text NOT NULL,
    type         text NOT NULL,
    state        text NOT NULL,
    code         text,
    result       jsonb,
    late         boolean NOT NULL,
    actor        text NOT NULL,
    app          text,
    scope        text,
    reason       text,
    payload_hash text NOT NULL,
    key_id       text NOT NULL,
    PRIMARY KEY (command_id, step)
);
CREATE INDEX audit_by_vehicle ON audit (vin, at DESC);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit is append only';
END
$$;
CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

CREATE TABLE idempotency (
    tenant       text NOT NULL,
    subject      text NOT NULL,
    key          text NOT NULL,
    request_hash text NOT NULL,
    command_id   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant, subject, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- Desired: the newest version of each namespace; older ones stay for the record.
CREATE TABLE configuration (
    vin        text NOT NULL,
    namespace  text NOT NULL,
    version    bigint NOT NULL,
    tenant     text NOT NULL,
    content    text NOT NULL,
    hash       text NOT NULL,
    signed     text NOT NULL,
    key_id     text NOT NULL,
    actor      text NOT NULL,
    app        text,
    reason     text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (vin, namespace, version)
);

-- Reported: the last word of the vehicle on each version.
CREATE TABLE configuration_report (
    vin        text NOT NULL,
    namespace  text NOT NULL,
    version    bigint NOT NULL,
    hash       text NOT NULL,
    state      text NOT NULL,
    code       text,
    at         timestamptz NOT NULL,
    PRIMARY KEY (vin, namespace, version)
);
