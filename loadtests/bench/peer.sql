-- The peer's schema: places and units as geography, so that PostGIS finds the nearest by its index.
CREATE EXTENSION IF NOT EXISTS postgis;

CREATE TABLE placards (id text PRIMARY KEY, geog geography(Point, 4326) NOT NULL);

CREATE TABLE units (
    id     text PRIMARY KEY,
    geog   geography(Point, 4326) NOT NULL,
    status text NOT NULL DEFAULT 'off_duty'
);
CREATE INDEX units_free ON units USING gist (geog) WHERE status = 'available';

CREATE TABLE incidents (
    id          bigserial PRIMARY KEY,
    call_id     text NOT NULL UNIQUE,
    placard_id  text NOT NULL REFERENCES placards (id),
    geog        geography(Point, 4326) NOT NULL,
    body        jsonb NOT NULL,
    status      text NOT NULL DEFAULT 'waiting',
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX incidents_waiting ON incidents (received_at, id) WHERE status = 'waiting';

CREATE TABLE assignments (
    id          bigserial PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES incidents (id),
    unit_id     text NOT NULL REFERENCES units (id),
    status      text NOT NULL DEFAULT 'offered',
    offered_at  timestamptz NOT NULL DEFAULT now(),
    accepted_at timestamptz,
    cleared_at  timestamptz
);
CREATE UNIQUE INDEX assignments_active ON assignments (unit_id) WHERE status IN ('offered', 'accepted');
