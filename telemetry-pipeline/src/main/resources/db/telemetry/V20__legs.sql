-- Trips (kind 1), waits with the ignition on (0) and charging sessions (2) of vehicles; times of
-- vehicles in microseconds since 1970. readings: odometer, state of charge, energy, fuel, latitude
-- and longitude, first those at the begin and then those at the end, NaN for what is not known.
create table leg (
    vin text collate "C" not null,
    tenant_id integer not null,
    kind smallint not null,
    start_us bigint not null,
    end_us bigint not null,
    over boolean not null,
    driven_m double precision not null,
    idle_us bigint not null,
    readings double precision[] not null,
    primary key (vin, tenant_id, start_us, kind)
);
create index leg_by_end on leg (tenant_id, end_us);

-- What the store's writer has added since legs were last looked for. taken_us: what is being looked
-- at, or was when somebody died over it; lease says whose that is.
create table leg_mark (
    vin text collate "C" not null,
    tenant_id integer not null,
    new_us bigint,
    taken_us bigint,
    newest_us bigint not null,
    first_at timestamptz,
    last_at timestamptz not null,
    ends_at timestamptz,
    lease bigint,
    leased_at timestamptz,
    primary key (vin, tenant_id)
) with (fillfactor = 70);

-- Where the finder of legs stands: samples before up_to_us are in its memory.
create table leg_memory (
    vin text collate "C" not null,
    tenant_id integer not null,
    up_to_us bigint not null,
    memory bytea not null,
    primary key (vin, tenant_id)
);
