CREATE TABLE catalogue (
    tenant     text        NOT NULL,
    id         text        NOT NULL,
    hash       text        NOT NULL,
    source     bytea       NOT NULL,
    summary    jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id, hash)
);

CREATE TABLE model (
    tenant         text        NOT NULL,
    id             text        NOT NULL,
    name           text        NOT NULL,
    catalogue_id   text,
    catalogue_hash text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, catalogue_id, catalogue_hash) REFERENCES catalogue
);

-- version: of the vehicle's fact; access_version: of its access rule, 0 while there was none.
CREATE TABLE vehicle (
    vin            text        PRIMARY KEY,
    tenant         text        NOT NULL,
    model          text        NOT NULL,
    state          text        NOT NULL,
    labels         jsonb       NOT NULL,
    version        bigint      NOT NULL,
    access_version bigint      NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant, model) REFERENCES model
);

CREATE INDEX vehicle_of_tenant ON vehicle (tenant, vin);
CREATE INDEX vehicle_of_model ON vehicle (tenant, model, vin);
CREATE INDEX vehicle_by_label ON vehicle USING gin (labels jsonb_path_ops);

-- A serial is one device in the world, whoever its tenant is; vin is null until it is built in.
CREATE TABLE tbox (
    serial     text        PRIMARY KEY,
    tenant     text        NOT NULL,
    vin        text        UNIQUE REFERENCES vehicle,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One-time; only the hash of what was shown once.
CREATE TABLE enrolment_token (
    hash       bytea       PRIMARY KEY,
    serial     text        NOT NULL REFERENCES tbox,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE INDEX enrolment_token_of_tbox ON enrolment_token (serial);

CREATE TABLE authority (
    id             text        PRIMARY KEY,
    tenant         text        NOT NULL,
    certificate    bytea       NOT NULL,
    access_version bigint      NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);

-- id: the serial number, hexadecimal; issuer: SHA-256 of the issuer's name.
CREATE TABLE certificate (
    id             text        PRIMARY KEY,
    issuer         text        NOT NULL,
    tenant         text        NOT NULL,
    vin            text        NOT NULL REFERENCES vehicle,
    tbox_serial    text        NOT NULL REFERENCES tbox,
    not_before     timestamptz NOT NULL,
    not_after      timestamptz NOT NULL,
    der            bytea       NOT NULL,
    reason         text,
    revoked_at     timestamptz,
    access_version bigint      NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX certificate_of_vehicle ON certificate (vin, created_at);
