-- What writes were answered that had an Idempotency-Key; commands for one vehicle have a table of their own.
CREATE TABLE idempotent_answer (
    tenant       text NOT NULL,
    subject      text NOT NULL,
    key          text NOT NULL,
    request_hash text NOT NULL,
    status       integer NOT NULL,
    headers      jsonb NOT NULL,
    content_type text NOT NULL,
    body         bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant, subject, key)
);
CREATE INDEX idempotent_answer_age ON idempotent_answer (created_at);
