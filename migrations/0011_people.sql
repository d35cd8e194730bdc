-- People who sign in with an account of their own. Their names stand here and nowhere else: the history knows a person
-- by the call sign. A row is never deleted, so that a call sign in the history always means the same person.
CREATE TABLE people (
    id            uuid PRIMARY KEY,
    region        text NOT NULL,
    login         text NOT NULL CHECK (login = lower(login) AND login <> ''),
    call_sign     text NOT NULL CHECK (call_sign <> ''),
    name          text NOT NULL,
    role          text NOT NULL CHECK (role IN ('dispatcher', 'supervisor', 'administrator', 'auditor')),
    sectors       text[] NOT NULL DEFAULT '{}',
    state         text NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
    never_idle    boolean NOT NULL DEFAULT false,
    password_hash text,
    totp_secret   bytea,                      -- sealed, docs/people.md
    totp_step     bigint NOT NULL DEFAULT 0,  -- the newest time step whose code was taken: none is taken twice
    issuer        text,                       -- the agency's identity provider, and who the person is there
    subject       text,
    made_at       timestamptz NOT NULL DEFAULT now(),
    CHECK ((issuer IS NULL) = (subject IS NULL)),
    UNIQUE (region, login),
    UNIQUE (region, call_sign),
    UNIQUE (region, issuer, subject)
);

CREATE TABLE people_passkeys (
    id         bytea PRIMARY KEY,
    person_id  uuid NOT NULL REFERENCES people (id),
    host       text NOT NULL,   -- a passkey belongs to one host name
    name       text NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT now(),
    used_at    timestamptz
);
CREATE INDEX people_passkeys_by_person ON people_passkeys (person_id);

CREATE TABLE people_recovery_codes (
    person_id uuid NOT NULL REFERENCES people (id),
    hash      bytea NOT NULL,
    PRIMARY KEY (person_id, hash)
);

-- A cookie's 256 random bits are kept as a hash. `id` names a session on screens and lets nobody in.
CREATE TABLE people_sessions (
    id         text PRIMARY KEY,
    hash       bytea NOT NULL UNIQUE,
    region     text NOT NULL,
    person_id  uuid NOT NULL REFERENCES people (id),
    means      text NOT NULL CHECK (means IN ('password', 'passkey', 'agency', 'invitation', 'demo')),
    source     text NOT NULL,            -- the network it began from, coarsened
    started_at timestamptz NOT NULL,
    proved_at  timestamptz NOT NULL,     -- when the person last proved who they are
    acted_at   timestamptz NOT NULL,     -- when the person last did anything
    seen_at    timestamptz NOT NULL,     -- when the screen last asked for anything
    ends_at    timestamptz NOT NULL,
    ended_at   timestamptz,
    CHECK (ends_at > proved_at)
);
CREATE INDEX people_sessions_by_person ON people_sessions (person_id) WHERE ended_at IS NULL;

-- Where a person has signed in from before: somebody else's failures do not slow them there.
CREATE TABLE people_sources (
    person_id uuid NOT NULL REFERENCES people (id),
    source    text NOT NULL,
    seen_at   timestamptz NOT NULL,
    PRIMARY KEY (person_id, source)
);

-- One-time links: the first administrator's (nobody yet) and invitations. Kept as hashes.
CREATE TABLE people_links (
    hash      bytea PRIMARY KEY,
    region    text NOT NULL,
    person_id uuid REFERENCES people (id),
    made_at   timestamptz NOT NULL DEFAULT now(),
    ends_at   timestamptz NOT NULL,
    used_at   timestamptz
);
CREATE UNIQUE INDEX people_links_one_first ON people_links (region) WHERE person_id IS NULL AND used_at IS NULL;

-- Steps of signing in that were used, for minutes, so that none is used twice: a challenge, a flow with the agency.
CREATE TABLE people_ceremonies (
    hash    bytea PRIMARY KEY,
    ends_at timestamptz NOT NULL
);
CREATE INDEX people_ceremonies_by_end ON people_ceremonies (ends_at);
