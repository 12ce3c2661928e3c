-- Exports: what is asked for, how far it has come, and until when it is kept. place: the next target
-- and the last sample before it, as JSON. lease says who is at it.
create table export (
    id uuid primary key,
    tenant text collate "C" not null,
    state text not null,
    export_order jsonb not null,
    place jsonb not null,
    parts integer not null default 0,
    lines bigint not null default 0,
    bytes bigint not null default 0,
    attempts integer not null default 0,
    reason text,
    created_at timestamptz not null,
    created_by text not null,
    created_app text,
    finished_at timestamptz,
    expires_at timestamptz not null,
    lease bigint,
    lease_until timestamptz
);
create index export_by_tenant on export (tenant, created_at);

-- The result in pieces, each a gzip member of its own: behind each other they are one gzip file.
create table export_part (
    export_id uuid not null references export on delete cascade,
    part integer not null,
    bytes bytea not null,
    primary key (export_id, part)
);
alter table export_part alter column bytes set storage external;
