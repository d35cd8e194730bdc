-- The ledger: append-only, numbered by the desk without gaps, hash-chained over the stored bytes.
CREATE TABLE ledger_head (
    region       text PRIMARY KEY,
    ledger_id    uuid NOT NULL DEFAULT gen_random_uuid(),  -- a restored ledger gets a new one, so old cursors are known as such
    epoch        bigint NOT NULL DEFAULT 0,
    seq          bigint NOT NULL DEFAULT 0,
    hash         bytea NOT NULL DEFAULT '\x'::bytea,
    desk_address text,
    desk_secret  text
);

CREATE TABLE ledger (
    region      text NOT NULL,
    seq         bigint NOT NULL,
    command_id  uuid NOT NULL,
    kind        text NOT NULL,
    version     smallint NOT NULL,
    at          timestamptz NOT NULL,
    incident_id bigint,
    body        text NOT NULL,  -- canonical JSON as text: jsonb would change the bytes the hash is over
    hash        bytea NOT NULL,
    PRIMARY KEY (region, seq)
);
CREATE INDEX ledger_by_incident ON ledger (region, incident_id, seq) WHERE incident_id IS NOT NULL;

-- Which command led where, and what was answered: the way back after an unknown outcome.
CREATE TABLE commands (
    region    text NOT NULL,
    id        uuid NOT NULL,
    digest    bytea,
    first_seq bigint NOT NULL,
    last_seq  bigint NOT NULL,
    reply     text NOT NULL,
    PRIMARY KEY (region, id)
);

-- What is personal, each under its own data key, wrapped by a key that is kept outside the database.
CREATE TABLE sealed (
    region    text NOT NULL,
    id        uuid NOT NULL,
    kind      text NOT NULL,
    wrap_key  text NOT NULL,  -- retention class and month: 'call/2026-11'
    data_key  bytea NOT NULL,
    body      bytea NOT NULL,
    PRIMARY KEY (region, id)
);

-- A random token stands for a callback number for 24 hours; the hash is keyed.
CREATE TABLE callers (
    region     text NOT NULL,
    hash       bytea NOT NULL,
    token      text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (region, hash)
);

CREATE TABLE private_reads (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region   text NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    reader   text NOT NULL,
    what     text NOT NULL,
    sealed   uuid NOT NULL,
    purpose  text NOT NULL
);
