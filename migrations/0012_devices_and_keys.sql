-- Keys: what each may do of its role, how long, how many live, when last used, and what a sender must prove beside it.
ALTER TABLE keys
    ADD COLUMN scopes       text[],  -- names of actions; NULL: all that the role may do
    ADD COLUMN slot         smallint CHECK (slot IN (1, 2)),  -- two live at a time, so that one can take over from the other
    ADD COLUMN expires_at   timestamptz,
    ADD COLUMN last_used_at timestamptz,  -- coarse: written at most once a minute
    ADD COLUMN must_sign    boolean NOT NULL DEFAULT false,
    ADD COLUMN public_key   bytea,  -- DER; a sender that signs with a key pair of its own
    ADD COLUMN certificate  text CHECK (certificate ~ '^[0-9a-f]{64}$'),  -- SHA-256 of the client certificate it must come with
    ADD COLUMN in_url       boolean NOT NULL DEFAULT false,
    ADD COLUMN device       text,  -- the only device it may report for
    ADD CONSTRAINT keys_in_url CHECK (NOT in_url OR role = 'tracker' OR (role = 'tower' AND device IS NOT NULL));

UPDATE keys SET slot = newest.place
FROM (
    SELECT id, row_number() OVER (PARTITION BY region, role, name, unit_id ORDER BY created_at DESC, id) AS place
    FROM keys WHERE revoked_at IS NULL
) AS newest
WHERE newest.id = keys.id AND newest.place <= 2;

CREATE UNIQUE INDEX keys_two_live ON keys (region, role, name, coalesce(unit_id, ''), in_url, coalesce(device, ''), slot)
    WHERE revoked_at IS NULL;

-- Agents' devices: each with a key pair whose private half never leaves it.
CREATE TABLE devices (
    id           text PRIMARY KEY,
    region       text NOT NULL,
    unit_id      text NOT NULL,
    label        text NOT NULL,
    public_key   bytea NOT NULL UNIQUE,  -- DER, SubjectPublicKeyInfo: P-256 or Ed25519
    enrolled_at  timestamptz NOT NULL DEFAULT now(),
    enrolled_by  text NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    revoked_by   text,
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX devices_by_unit ON devices (region, unit_id);

-- One-time codes; only a digest under a key outside the database is kept, because a short code can be tried.
CREATE TABLE device_codes (
    region     text NOT NULL,
    hash       bytea NOT NULL,
    unit_id    text NOT NULL,
    label      text NOT NULL,
    made_by    text NOT NULL,
    expires_at timestamptz NOT NULL,
    device_id  text REFERENCES devices (id),  -- whose enrolment used it
    PRIMARY KEY (region, hash)
);
CREATE INDEX device_codes_expire ON device_codes (region, expires_at);

-- What may be used once and was: tickets, devices' nonces, nonces of signed requests.
CREATE TABLE spent (
    region text NOT NULL,
    kind   text NOT NULL CHECK (kind IN ('ticket', 'nonce', 'signature')),
    mark   bytea NOT NULL,
    until  timestamptz NOT NULL,  -- then it is refused for its age anyway
    PRIMARY KEY (region, kind, mark)
);
CREATE INDEX spent_until ON spent (region, until);
