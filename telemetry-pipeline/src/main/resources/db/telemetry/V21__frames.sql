-- Days of frames that a tenant keeps; null for the installation's setting, 0 for none.
alter table tenant add column frame_days integer check (frame_days between 0 and 36500);

-- Frames as they were recorded: a row a batch, the batch as its vehicle sent it; packed says that
-- Zstandard was put over the whole, because the vehicle had packed nothing. A partition a tenant and
-- day, as of history. No batch spans more than ten minutes.
create table frame (
    vin text collate "C" not null,
    t_from bigint not null,
    boot bigint not null,
    seq bigint not null,
    tenant_id integer not null,
    t_to bigint not null,
    recv_us bigint not null,
    frame_count integer not null,
    packed boolean not null,
    batch bytea not null,
    primary key (vin, t_from, boot, seq, tenant_id)
) partition by range (tenant_id, t_from);
alter table frame alter column batch set storage external;

-- Which batches of a boot are kept or were passed over, and what its clock is; a batch that comes
-- again is known by it for 60 days.
create table frame_boot (
    vin text collate "C" not null,
    boot bigint not null,
    progress bytea not null,
    touched_us bigint not null,
    primary key (vin, boot)
);
create index frame_boot_by_time on frame_boot (touched_us);
