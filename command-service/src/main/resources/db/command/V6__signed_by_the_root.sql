-- What the offline command root signed, every version; vehicles may have any of them.
CREATE TABLE signed_by_root (
    namespace  text NOT NULL,
    version    bigint NOT NULL,
    not_after  timestamptz NOT NULL,
    signed     text NOT NULL,
    content    text NOT NULL,
    actor      text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (namespace, version)
);

-- The signatures that a vehicle's TBox says it can check; without a row: ES256.
CREATE TABLE tbox (
    vin        text PRIMARY KEY,
    algorithms text[] NOT NULL
);
