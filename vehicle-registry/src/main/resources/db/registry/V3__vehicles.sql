-- Fleets. With a selector, whoever has its labels, and those keys, is in it; without one, its
-- members are named.
CREATE TABLE fleet (
    tenant     text        NOT NULL,
    id         text        NOT NULL,
    name       text        NOT NULL,
    selector   jsonb,
    keys       text[],
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id)
);

CREATE TABLE fleet_member (
    tenant text NOT NULL,
    fleet  text NOT NULL,
    vin    text NOT NULL REFERENCES vehicle ON DELETE CASCADE,
    PRIMARY KEY (tenant, fleet, vin),
    FOREIGN KEY (tenant, fleet) REFERENCES fleet ON DELETE CASCADE
);

CREATE INDEX fleet_member_of ON fleet_member (vin);

CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON fleet
    FOR EACH ROW EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON fleet_member
    FOR EACH ROW EXECUTE FUNCTION audit_change('fleet');

-- The fleets that a vehicle is in, in order.
CREATE FUNCTION fleets_of(car vehicle) RETURNS text[] LANGUAGE sql STABLE
RETURN ARRAY(
    SELECT f.id FROM fleet f
    WHERE f.tenant = car.tenant
      AND (car.labels @> f.selector AND jsonb_exists_all(car.labels, f.keys)
           OR f.selector IS NULL
              AND EXISTS (SELECT FROM fleet_member m
                          WHERE m.tenant = f.tenant AND m.fleet = f.id AND m.vin = car.vin))
    ORDER BY f.id);

-- Above every version of a vehicle that was erased: readers remember some of them.
CREATE TABLE version_floor (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint  NOT NULL
);

INSERT INTO version_floor (version) VALUES (0);

-- A certificate outlives its vehicle's erasure, under a pseudonym: it must stay revoked.
ALTER TABLE certificate DROP CONSTRAINT certificate_vin_fkey;

-- Whose rows name vehicles elsewhere than in vin, for the erasure.
CREATE INDEX audit_of_kind ON audit (tenant, kind)
    WHERE kind IN ('tbox', 'topic_rule', 'vehicle_grant', 'certificate');
CREATE INDEX audit_of_subject ON audit (subject);

CREATE INDEX vehicle_of_state ON vehicle (tenant, state, vin);
