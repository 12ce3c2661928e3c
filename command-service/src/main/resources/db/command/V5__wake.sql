-- How a sleeping vehicle can be woken, and how often it was on its last day.
CREATE TABLE wake (
    vin      text PRIMARY KEY,
    way      text NOT NULL,
    slept_at timestamptz NOT NULL,
    day      date,
    times    integer NOT NULL DEFAULT 0,
    last_at  timestamptz
);
