-- History as slices: one row a vehicle, signal and ten minutes. Made before the first release: what
-- the form before it held is not carried over.
drop table history;
truncate latest;
truncate intake;

-- Days of history that a tenant keeps; null for the installation's setting. Number 0 is nobody: data
-- of vehicles that no tenant was named for.
create table tenant (
    id integer generated always as identity primary key,
    name text collate "C" not null unique,
    retention_days integer check (retention_days between 1 and 36500)
);

alter table latest add column tenant_id integer not null;
alter table intake add column tenant_id integer not null;

-- Batches as they were stored, until their ten minutes are joined into slices. samples holds all
-- signals of the batch, each as columns.
create table recent (
    vin text collate "C" not null,
    slice integer not null,
    boot bigint not null,
    seq bigint not null,
    tenant_id integer not null,
    t_from bigint not null,
    t_to bigint not null,
    recv_us bigint not null,
    late boolean not null,
    sample_count integer not null,
    stored_at timestamptz not null default now(),
    samples bytea not null,
    primary key (vin, slice, boot, seq)
);
alter table recent alter column samples set storage external;

-- Numbers the joinings, so that two of the same ten minutes never meet in a key; part does the same
-- for slices of one joining that overlap.
create sequence compaction as integer cycle;

-- A partition a tenant and day; no row spans more than twenty minutes, so that the rows which can
-- hold a time are those that begin at most twenty minutes before it.
create table history (
    vin text collate "C" not null,
    signal_id integer not null,
    t_from bigint not null,
    definition_id integer not null,
    compaction integer not null,
    part integer not null,
    tenant_id integer not null,
    t_to bigint not null,
    sample_count integer not null,
    summary bytea not null,
    samples bytea not null,
    primary key (vin, signal_id, t_from, definition_id, compaction, part, tenant_id)
) partition by range (tenant_id, t_from);
alter table history alter column samples set storage external;
