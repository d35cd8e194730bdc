-- Which device speaks for which tower: a LoRaWAN DevEUI or a satellite modem's IMEI, bound by an operator.
CREATE TABLE tower_devices (
    region      text NOT NULL,
    device_id   text NOT NULL,
    tower_id    text NOT NULL,
    decoder     text,  -- null: by the network's own name of the model, else by what the network decoded itself
    heartbeat_s int CHECK (heartbeat_s BETWEEN 1 AND 2678400),
    kind        text NOT NULL DEFAULT 'real' CHECK (kind IN ('real', 'test', 'exercise')),
    bound_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, device_id)
);
CREATE INDEX tower_devices_by_tower ON tower_devices (region, tower_id);

-- The newest a tower's device has said of itself; not events, a tower says it many times a day.
CREATE TABLE tower_health (
    region          text NOT NULL,
    tower_id        text NOT NULL,
    device_id       text NOT NULL,
    network         text NOT NULL,
    heard_at        timestamptz NOT NULL,
    battery_percent double precision,
    battery_v       double precision,
    external_power  boolean,
    solar_v         double precision,
    temperature_c   double precision,
    rssi_dbm        double precision,
    snr_db          double precision,
    gateways        int,
    fault           text,
    PRIMARY KEY (region, tower_id, device_id)
);

-- A tracker's key may say where one unit is and nothing else: phone apps can only carry it in an address.
ALTER TABLE keys DROP CONSTRAINT keys_role_check;
ALTER TABLE keys ADD CONSTRAINT keys_role_check CHECK (role IN ('psap', 'tower', 'agent', 'dispatcher', 'tracker'));
ALTER TABLE keys DROP CONSTRAINT keys_check;
ALTER TABLE keys ADD CONSTRAINT keys_unit_check CHECK ((role IN ('agent', 'tracker')) = (unit_id IS NOT NULL));

-- Which device or app told a position.
ALTER TABLE unit_positions ADD COLUMN source text;
