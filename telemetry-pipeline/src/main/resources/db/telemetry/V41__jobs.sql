-- Exports and re-decodings are jobs: what is asked for, how far it has come, and until when it is
-- remembered. kind says what job_order, place and done are, as JSON: the order, where it goes on, and
-- counts of what is done. place and done change in the transaction that does it. lease says who is
-- at it.
create table job (
    id uuid primary key,
    kind text not null,
    tenant text collate "C" not null,
    state text not null,
    job_order jsonb not null,
    place jsonb not null,
    done jsonb not null,
    attempts integer not null default 0,
    reason text,
    created_at timestamptz not null,
    created_by text not null,
    created_app text,
    finished_at timestamptz,
    expires_at timestamptz not null,
    lease bigint,
    lease_until timestamptz,
    idempotency_key text,
    body_hash bytea
);
create index job_by_tenant on job (tenant, kind, created_at);

-- Against a process of an older version that is at one of them.
lock table export, redecode in access exclusive mode;

insert into job
select id, 'export', tenant, state, export_order, place,
    jsonb_build_object('parts', parts, 'lines', lines, 'bytes', bytes),
    attempts, reason, created_at, created_by, created_app, finished_at, expires_at, lease,
    lease_until, idempotency_key, body_hash
from export
union all
select id, 'redecode', tenant, state, redecode_order, place,
    jsonb_build_object('batches', batches, 'frames', frames, 'samples', samples,
        'passedOver', passed_over),
    attempts, reason, created_at, created_by, created_app, finished_at, expires_at, lease,
    lease_until, idempotency_key, body_hash
from redecode;

alter table export_part drop constraint export_part_export_id_fkey;
alter table export_part rename column export_id to job_id;
alter table export_part add foreign key (job_id) references job on delete cascade;

drop table export;
drop table redecode;
