-- Where a tenant wants to be told.
CREATE TABLE webhook (
    id            uuid PRIMARY KEY,
    tenant        text NOT NULL,
    url           text NOT NULL,
    events        text[] NOT NULL,
    description   text NOT NULL,
    active        boolean NOT NULL,
    -- Why it is not, where nobody switched it off.
    stopped       text,
    secret        text NOT NULL,
    former_secret text,
    former_until  timestamptz,
    version       bigint NOT NULL,
    created_by    text NOT NULL,
    created_at    timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL
);
CREATE INDEX webhook_by_tenant ON webhook (tenant, id);

-- What is told to one webhook: an event once, however often Kafka brings it.
CREATE TABLE delivery (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook  uuid NOT NULL REFERENCES webhook ON DELETE CASCADE,
    event    text NOT NULL,
    name     text NOT NULL,
    vin      text,
    body     bytea NOT NULL,
    state    text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- When trying began; a replay begins anew.
    since    timestamptz NOT NULL,
    -- The next try; while one is under way, when it counts as lost.
    due_at   timestamptz NOT NULL,
    tried_at timestamptz,
    status   integer,
    problem  text,
    UNIQUE (webhook, event)
);
CREATE INDEX delivery_due ON delivery (webhook, due_at) WHERE state = 'PENDING';
CREATE INDEX delivery_by_state ON delivery (webhook, state, number);
CREATE INDEX delivery_by_vin ON delivery (vin);
