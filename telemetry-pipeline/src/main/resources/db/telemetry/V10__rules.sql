-- Rules of tenants. A deleted one stays, so that its version goes on when its name comes again.
create sequence rule_version;

create table rule (
    tenant text collate "C" not null,
    id text collate "C" not null,
    version bigint not null,
    deleted boolean not null,
    definition jsonb not null,
    signals jsonb not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    updated_by text not null,
    updated_app text,
    primary key (tenant, id)
);

-- What telemetry.alerts has told, a row an alert; times of vehicles in microseconds since 1970.
create table alert (
    id uuid primary key,
    tenant text collate "C" not null,
    vin text collate "C" not null,
    rule text collate "C" not null,
    rule_version bigint not null,
    name text not null,
    severity text not null,
    raised_us bigint not null,
    updated_us bigint not null,
    cleared_us bigint,
    clear_reason text,
    signal_values jsonb not null,
    acknowledged_at timestamptz,
    acknowledged_by text,
    acknowledged_app text,
    comment text
);
create index alert_by_time on alert (tenant, raised_us desc, id);
create index alert_by_vehicle on alert (vin, raised_us desc, id);
create index alert_by_end on alert (cleared_us) where cleared_us is not null;
