-- A tenant's own command types. One that was removed keeps its row, so that its versions go on rising.
CREATE TABLE command_type (
    tenant     text NOT NULL,
    name       text NOT NULL,
    version    bigint NOT NULL,
    definition jsonb,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, name)
);

-- Kill switches; null for all types, for all fleets.
CREATE TABLE hold (
    id          uuid PRIMARY KEY,
    tenant      text NOT NULL,
    type        text,
    fleet       text,
    reason      text NOT NULL,
    held_by     text NOT NULL,
    held_at     timestamptz NOT NULL,
    released_by text,
    released_at timestamptz
);
CREATE INDEX hold_in_force ON hold (tenant) WHERE released_at IS NULL;
CREATE INDEX hold_by_time ON hold (tenant, held_at DESC, id);

ALTER TABLE vehicle ADD COLUMN fleets text[] NOT NULL DEFAULT '{}';
