-- What the platform itself said of a vehicle (driveline.*), from vehicle.events; kept 30 days.
CREATE TABLE vehicle_event (
    id   uuid        PRIMARY KEY,
    vin  text        NOT NULL,
    at   timestamptz NOT NULL,
    type text        NOT NULL,
    data jsonb       NOT NULL
);

CREATE INDEX vehicle_event_of ON vehicle_event (vin, at, id);
CREATE INDEX vehicle_event_by_time ON vehicle_event USING brin (at);

-- How far vehicle.events was read; moves in the transaction that stores what was read.
CREATE TABLE event_offset (
    partition   int    PRIMARY KEY,
    next_offset bigint NOT NULL
);
