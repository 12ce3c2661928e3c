-- The highest number that a boot is known to have used though its batch did not come: said by the boot
-- behind it, or by its TBox, which had to discard batches.
alter table intake add column told_seq bigint not null default 0;

-- Numbers of batches that did not come when they were due: OPEN, LOST (the TBox discarded them) or
-- FILLED (they came later). changed_us: when that was said or had happened; times of receipt.
create table batch_gap (
    vin text collate "C" not null,
    boot bigint not null,
    from_seq bigint not null,
    to_seq bigint not null,
    state text not null,
    since_us bigint not null,
    changed_us bigint,
    tenant_id integer not null,
    primary key (vin, boot, from_seq)
);
create index batch_gap_by_age on batch_gap (since_us);
