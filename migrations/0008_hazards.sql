-- Every CAP message taken, so that it is taken once, and what belongs to one alert is known to: `root` is the first.
CREATE TABLE cap_messages (
    region        text NOT NULL,
    id            text NOT NULL,  -- sender,identifier
    root          text NOT NULL,
    sent          timestamptz,    -- null: only heard of, in another's references
    superseded_by text,
    taken_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, id)
);

-- Areas that are dangerous for a while. Public words of public bodies: nothing here is personal.
CREATE TABLE hazards (
    region     text NOT NULL,
    id         text NOT NULL,
    image      jsonb NOT NULL,
    ends_at    timestamptz NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (region, id)
);

-- The shapes of the zones most weather alerts name instead of drawing them.
CREATE TABLE hazard_zones (
    region     text NOT NULL,
    zone_id    text NOT NULL,
    geometry   jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (region, zone_id)
);
