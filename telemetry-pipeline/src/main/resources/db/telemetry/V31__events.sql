-- Events of vehicles and about them, a partition a tenant and day. t_us: when it was, by the vehicle
-- where that is credible (dated), else when it was received; microseconds since 1970.
create table vehicle_event (
    vin text collate "C" not null,
    t_us bigint not null,
    id text collate "C" not null,
    tenant_id integer not null,
    type text collate "C" not null,
    source text,
    dated boolean not null,
    recv_us bigint not null,
    data jsonb,
    primary key (vin, t_us, id, tenant_id)
) partition by range (tenant_id, t_us);
create index vehicle_event_by_id on vehicle_event (vin, id);

-- Diagnostic trouble codes as vehicles last told them. active_us: since when it is ACTIVE; null while
-- it is not.
create table trouble_code (
    vin text collate "C" not null,
    tenant_id integer not null,
    ecu text collate "C" not null,
    protocol text collate "C" not null,
    code text collate "C" not null,
    status text not null,
    first_us bigint not null,
    last_us bigint not null,
    active_us bigint,
    cleared_us bigint,
    times_active integer not null,
    freeze_frame jsonb,
    primary key (vin, tenant_id, ecu, protocol, code)
);
