-- Where each vehicle is, from the signals that its tenant's mapping puts under
-- Vehicle.CurrentLocation.Latitude and .Longitude.
create table position (
    vin text collate "C" not null,
    tenant_id integer not null,
    t_us bigint not null,
    latitude double precision not null,
    longitude double precision not null,
    primary key (vin)
);
create index position_place on position (tenant_id, latitude, longitude);
