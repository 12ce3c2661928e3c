-- One command for many vehicles. Whatever changes the counts of a batch, or where its vehicles stand, holds its row.
CREATE TABLE batch (
    id           uuid PRIMARY KEY,
    tenant       text NOT NULL,
    spec         jsonb NOT NULL,
    sender       jsonb NOT NULL,
    requested_by text NOT NULL,
    state        text NOT NULL,
    end_as       text,
    why          text,
    waiting      bigint NOT NULL,
    underway     bigint NOT NULL,
    ended        jsonb NOT NULL,
    judged_from  jsonb NOT NULL,
    pace_us      bigint NOT NULL,
    places       bigint NOT NULL DEFAULT 0,
    version      bigint NOT NULL,
    step         integer NOT NULL,
    waits_for    text,
    approved_by  text,
    created_at   timestamptz NOT NULL,
    started_at   timestamptz,
    ended_at     timestamptz,
    due_at       timestamptz,
    busy_until   timestamptz
);
CREATE INDEX batch_of_tenant ON batch (tenant, id DESC);
CREATE INDEX batch_due ON batch (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX batch_old ON batch (ended_at) WHERE ended_at IS NOT NULL;

-- next_at: it is not taken up before. code without a command: why it gets none.
CREATE TABLE batch_vehicle (
    batch   uuid NOT NULL,
    place   bigint NOT NULL,
    vin     text NOT NULL,
    state   text NOT NULL DEFAULT 'WAITING',
    command uuid,
    code    text,
    next_at timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (batch, place)
);
CREATE UNIQUE INDEX batch_vehicle_once ON batch_vehicle (vin, batch);
CREATE INDEX batch_vehicle_waiting ON batch_vehicle (batch, next_at, place) WHERE state = 'WAITING';
CREATE INDEX batch_vehicle_underway ON batch_vehicle (batch) WHERE state = 'UNDERWAY';

ALTER TABLE command ADD COLUMN batch uuid;
-- No vehicle gets two commands of one batch, whatever its instances believe.
CREATE UNIQUE INDEX command_of_batch ON command (batch, vin) WHERE batch IS NOT NULL;
CREATE INDEX command_of_batch_late ON command (batch) WHERE batch IS NOT NULL AND late;

-- Null for what belongs to no batch; hashed only where it is there.
ALTER TABLE audit ADD COLUMN batch uuid;

ALTER TABLE vehicle ADD COLUMN labels jsonb NOT NULL DEFAULT '{}';
