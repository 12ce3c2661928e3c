-- How far telemetry.signals is stored. Changed in the transaction that stores the samples.
create table store_offset (
    topic_partition integer primary key,
    next_offset bigint not null
);

-- Full names, bus.Message.SIGNAL, compared byte by byte so that a prefix is a range.
create table signal (
    id integer generated always as identity primary key,
    name text collate "C" not null unique
);

-- What a signal's raw values mean by one catalogue; a name has several where its layouts differ.
create table signal_definition (
    id integer generated always as identity primary key,
    signal_id integer not null references signal,
    catalogue text collate "C" not null,
    position integer not null,
    unit text not null,
    factor double precision not null,
    physical_offset double precision not null,
    is_real boolean not null,
    is_unsigned64 boolean not null,
    unique (catalogue, position)
);

-- raw: an integer, or the bits of a double where the definition says is_real.
create table latest (
    vin text collate "C" not null,
    signal_id integer not null,
    definition_id integer not null,
    t_us bigint not null,
    boot bigint not null,
    seq bigint not null,
    place integer not null,
    recv_us bigint not null,
    raw bigint not null,
    quality smallint not null,
    late boolean not null,
    primary key (vin, signal_id)
) with (fillfactor = 70);

-- All samples of one definition out of one batch. No batch spans more than ten minutes, so that the
-- rows which can hold a time are those that begin at most ten minutes before it.
create table history (
    vin text collate "C" not null,
    signal_id integer not null,
    t_from bigint not null,
    boot bigint not null,
    seq bigint not null,
    definition_id integer not null,
    t_to bigint not null,
    recv_us bigint not null,
    sample_count integer not null,
    late boolean not null,
    samples bytea not null,
    primary key (vin, signal_id, t_from, boot, seq, definition_id)
);

-- What was accepted of a vehicle, by boot of its TBox.
create table intake (
    vin text collate "C" not null,
    boot bigint not null,
    highest_seq bigint not null,
    batches bigint not null,
    late_batches bigint not null,
    frames bigint not null,
    unknown_frames bigint not null,
    unknown_multiplexers bigint not null,
    samples bigint not null,
    first_recv_us bigint not null,
    last_recv_us bigint not null,
    primary key (vin, boot)
);
