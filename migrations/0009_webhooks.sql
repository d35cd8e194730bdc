-- Who is told of what happens: an address, kinds of events, sectors (none: all). The secret follows from the key file.
CREATE TABLE webhooks (
    region      text NOT NULL,
    id          text NOT NULL,
    url         text NOT NULL,
    kinds       text[] NOT NULL CHECK (cardinality(kinds) > 0),
    sectors     text[] NOT NULL DEFAULT '{}',
    from_seq    bigint NOT NULL,  -- told of what comes after it
    made_by     text NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT now(),
    stopped_at  timestamptz,
    PRIMARY KEY (region, id)
);

CREATE TABLE webhook_cursors (
    region text PRIMARY KEY,
    seq    bigint NOT NULL  -- deliveries of every event up to here are in the outbox
);

CREATE TABLE webhook_deliveries (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region     text NOT NULL,
    webhook_id text NOT NULL,
    seq        bigint NOT NULL,
    kind       text NOT NULL,
    body       text NOT NULL,
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead')),
    tries      int NOT NULL DEFAULT 0,
    due_at     timestamptz NOT NULL DEFAULT now(),
    said       text,  -- what came of the last try: a status or the name of an error, nothing of the answer
    made_at    timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    UNIQUE (region, webhook_id, seq),
    FOREIGN KEY (region, webhook_id) REFERENCES webhooks (region, id) ON DELETE CASCADE,
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (region, webhook_id, due_at) WHERE state = 'waiting';
