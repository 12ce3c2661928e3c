-- Stored frames decoded again with another catalogue: what is asked for, how far it has come, and
-- until when it is remembered. place: the vehicle, the last batch done and what it left under way, as
-- JSON; changed in the transaction that replaces the samples. lease says who is at it.
create table redecode (
    id uuid primary key,
    tenant text collate "C" not null,
    state text not null,
    redecode_order jsonb not null,
    place jsonb not null,
    batches bigint not null default 0,
    frames bigint not null default 0,
    samples bigint not null default 0,
    passed_over bigint not null default 0,
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
create index redecode_by_tenant on redecode (tenant, created_at);
