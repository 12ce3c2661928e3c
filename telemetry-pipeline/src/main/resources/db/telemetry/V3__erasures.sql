-- Vehicles to be forgotten, until nothing of them can come any more.
create table erasure (
    vin text collate "C" primary key,
    at_us bigint not null,
    complete_by_us bigint not null
);
