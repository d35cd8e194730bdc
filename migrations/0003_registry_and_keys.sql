-- The registry as last imported; every import is one event in the ledger.
CREATE TABLE registry_versions (
    region      text NOT NULL,
    version     bigint NOT NULL,
    digest      text NOT NULL,
    signs       int NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, version)
);

CREATE TABLE placards (
    region       text NOT NULL,
    sign_id      text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('land_placard', 'water_placard', 'rescue_tower')),
    sector       text NOT NULL,
    lat          double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon          double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    cell         text NOT NULL,  -- H3 res 9
    life         text NOT NULL CHECK (life IN ('installed', 'inspected', 'moved', 'retired')),
    gate         text NOT NULL,
    route        text NOT NULL,
    landing_zone text NOT NULL,
    landowner    text NOT NULL,
    PRIMARY KEY (region, sign_id)  -- ids are never reused
);
CREATE INDEX placards_by_cell ON placards (region, cell);

-- An import waits here, whole, until the desk records it; then all of it counts in the same transaction.
CREATE TABLE placards_staged (LIKE placards INCLUDING CONSTRAINTS, version bigint NOT NULL);
CREATE INDEX placards_staged_version ON placards_staged (region, version);

-- Keys are shown once and kept as hashes; they are 256 random bits, so one round of SHA-256 is enough.
CREATE TABLE keys (
    id         text PRIMARY KEY,
    region     text NOT NULL,
    role       text NOT NULL CHECK (role IN ('psap', 'tower', 'agent', 'dispatcher')),
    name       text NOT NULL,
    hash       bytea NOT NULL,
    sectors    text[] NOT NULL DEFAULT '{}',
    unit_id    text,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    CHECK ((role = 'agent') = (unit_id IS NOT NULL))
);

-- Positions are not events: the newest per unit, and a sampled track.
CREATE TABLE unit_positions (
    region     text NOT NULL,
    unit_id    text NOT NULL,
    lat        double precision NOT NULL,
    lon        double precision NOT NULL,
    accuracy_m double precision,
    fixed_at   timestamptz NOT NULL,
    PRIMARY KEY (region, unit_id)
);
CREATE TABLE unit_tracks (
    region   text NOT NULL,
    unit_id  text NOT NULL,
    fixed_at timestamptz NOT NULL,
    lat      double precision NOT NULL,
    lon      double precision NOT NULL,
    PRIMARY KEY (region, unit_id, fixed_at)
);
