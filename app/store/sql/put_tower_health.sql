-- What towers' devices said last; a message without a value keeps the one known, an older message replaces nothing.
INSERT INTO tower_health AS h (region, tower_id, device_id, network, heard_at, battery_percent, battery_v,
                               external_power, solar_v, temperature_c, rssi_dbm, snr_db, gateways, fault)
SELECT $1, t.* FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::float8[], $7::float8[],
                           $8::boolean[], $9::float8[], $10::float8[], $11::float8[], $12::float8[], $13::int[],
                           $14::text[]) AS t
ON CONFLICT (region, tower_id, device_id) DO UPDATE
   SET network = excluded.network, heard_at = excluded.heard_at,
       battery_percent = coalesce(excluded.battery_percent, h.battery_percent),
       battery_v = coalesce(excluded.battery_v, h.battery_v),
       external_power = coalesce(excluded.external_power, h.external_power),
       solar_v = coalesce(excluded.solar_v, h.solar_v),
       temperature_c = coalesce(excluded.temperature_c, h.temperature_c),
       rssi_dbm = coalesce(excluded.rssi_dbm, h.rssi_dbm),
       snr_db = coalesce(excluded.snr_db, h.snr_db),
       gateways = coalesce(excluded.gateways, h.gateways),
       fault = coalesce(excluded.fault, h.fault)
 WHERE h.heard_at <= excluded.heard_at
