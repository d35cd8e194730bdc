-- The read tables hold each row as the desk made it (`image`); the columns are derived from it by the database itself,
-- so a row cannot say one thing and its image another. What must never be is forbidden here.

-- Every instant in an image ends in Z, so this cast depends on no setting and may be called immutable.
CREATE FUNCTION instant(written text) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET timezone = 'UTC'
    AS $$ SELECT written::timestamptz $$;

CREATE TABLE incidents (
    region      text NOT NULL,
    id          bigint NOT NULL,
    image       jsonb NOT NULL,
    status      text NOT NULL GENERATED ALWAYS AS (image->>'status') STORED,
    place_in    text NOT NULL GENERATED ALWAYS AS (image->>'where') STORED,
    held        text GENERATED ALWAYS AS (image->>'held') STORED,
    kind        text NOT NULL GENERATED ALWAYS AS (image->>'kind') STORED,
    sector      text GENERATED ALWAYS AS (image->>'sector') STORED,
    priority    int NOT NULL GENERATED ALWAYS AS ((image->>'priority')::int) STORED,
    outcome     text GENERATED ALWAYS AS (image->>'outcome') STORED,
    received_at timestamptz NOT NULL GENERATED ALWAYS AS (instant(image->>'received_at')) STORED,
    closed_at   timestamptz GENERATED ALWAYS AS (instant(image->>'closed_at')) STORED,
    PRIMARY KEY (region, id),
    CHECK (status IN ('Active', 'ResourcesAssigned', 'ResourcesEnroute', 'ResourcesOnscene', 'Closed', 'Cancelled', 'ReOpened')),
    CHECK (place_in IN ('queued', 'offered', 'assigned', 'with_dispatcher', 'done')),
    CHECK (kind IN ('real', 'test', 'exercise')),
    CHECK (priority BETWEEN 0 AND 10),
    CHECK ((place_in = 'with_dispatcher') = (held IS NOT NULL)),
    CHECK ((place_in = 'done') = (status IN ('Closed', 'Cancelled'))),
    -- No incident closes without an outcome, and no open one has one.
    CHECK ((place_in = 'done') = (outcome IS NOT NULL)),
    CHECK ((place_in = 'done') = (closed_at IS NOT NULL))
);
CREATE INDEX incidents_open ON incidents (region, id) WHERE place_in <> 'done';
CREATE INDEX incidents_closed ON incidents (region, closed_at) WHERE place_in = 'done';

CREATE TABLE calls (
    region       text NOT NULL,
    id           bigint NOT NULL,
    image        jsonb NOT NULL,
    incident_id  bigint NOT NULL GENERATED ALWAYS AS ((image->>'incident_id')::bigint) STORED,
    psap         text NOT NULL GENERATED ALWAYS AS (image->>'psap') STORED,
    psap_call_id text GENERATED ALWAYS AS (image->>'psap_call_id') STORED,
    PRIMARY KEY (region, id)
);
CREATE INDEX calls_by_incident ON calls (region, incident_id);
-- The same PSAP and call id is the same call, whoever forgets it.
CREATE UNIQUE INDEX calls_once ON calls (region, psap, psap_call_id) WHERE psap_call_id IS NOT NULL;

CREATE TABLE alerts (
    region      text NOT NULL,
    id          bigint NOT NULL,
    image       jsonb NOT NULL,
    incident_id bigint NOT NULL GENERATED ALWAYS AS ((image->>'incident_id')::bigint) STORED,
    tower_id    text NOT NULL GENERATED ALWAYS AS (image->>'tower_id') STORED,
    PRIMARY KEY (region, id)
);
CREATE INDEX alerts_by_incident ON alerts (region, incident_id);

CREATE TABLE assignments (
    region          text NOT NULL,
    id              bigint NOT NULL,
    image           jsonb NOT NULL,
    incident_id     bigint NOT NULL GENERATED ALWAYS AS ((image->>'incident_id')::bigint) STORED,
    unit_id         text NOT NULL GENERATED ALWAYS AS (image->>'unit_id') STORED,
    status          text NOT NULL GENERATED ALWAYS AS (image->>'status') STORED,
    active          boolean NOT NULL GENERATED ALWAYS AS (image->>'status' IN (
        'offered', 'acknowledged', 'en_route', 'on_scene', 'subject_contact', 'transporting', 'at_destination')) STORED,
    acknowledged_at timestamptz GENERATED ALWAYS AS (instant(image->>'acknowledged_at')) STORED,
    cleared_at      timestamptz GENERATED ALWAYS AS (instant(image->>'cleared_at')) STORED,
    ended_at        timestamptz GENERATED ALWAYS AS (instant(image->>'ended_at')) STORED,
    PRIMARY KEY (region, id),
    CHECK (status IN ('offered', 'acknowledged', 'en_route', 'on_scene', 'subject_contact', 'transporting',
                      'at_destination', 'cleared', 'declined', 'timed_out', 'preempted', 'cancelled')),
    CHECK (active = (ended_at IS NULL)),
    CHECK ((status = 'cleared') = (cleared_at IS NOT NULL)),
    CHECK (status NOT IN ('acknowledged', 'en_route', 'on_scene', 'subject_contact', 'transporting', 'at_destination',
                          'cleared') OR acknowledged_at IS NOT NULL),
    CHECK (status <> 'offered' OR acknowledged_at IS NULL)
);
CREATE INDEX assignments_by_incident ON assignments (region, incident_id);
-- P2: a unit never holds two active assignments.
CREATE UNIQUE INDEX assignments_one_active ON assignments (region, unit_id) WHERE active;

CREATE TABLE units (
    region  text NOT NULL,
    id      text NOT NULL,
    image   jsonb NOT NULL,
    sector  text NOT NULL GENERATED ALWAYS AS (image->>'sector') STORED,
    on_duty boolean NOT NULL GENERATED ALWAYS AS ((image->>'on_duty')::boolean) STORED,
    primary_status text NOT NULL GENERATED ALWAYS AS (image->>'primary') STORED,
    PRIMARY KEY (region, id),
    CHECK (primary_status IN ('Available', 'ConditionallyAvailable', 'NotAvailable'))
);

CREATE TABLE alarms (
    region      text NOT NULL,
    id          bigint NOT NULL,
    image       jsonb NOT NULL,
    kind        text NOT NULL GENERATED ALWAYS AS (image->>'kind') STORED,
    incident_id bigint GENERATED ALWAYS AS ((image->>'incident_id')::bigint) STORED,
    cleared_at  timestamptz GENERATED ALWAYS AS (instant(image->>'cleared_at')) STORED,
    PRIMARY KEY (region, id)
);
CREATE INDEX alarms_open ON alarms (region, id) WHERE cleared_at IS NULL;

CREATE TABLE towers (
    region text NOT NULL,
    id     text NOT NULL,
    image  jsonb NOT NULL,
    PRIMARY KEY (region, id)
);

CREATE TABLE sectors (
    region text NOT NULL,
    id     text NOT NULL,
    image  jsonb NOT NULL,
    PRIMARY KEY (region, id)
);
