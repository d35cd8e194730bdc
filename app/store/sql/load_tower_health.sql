-- Every device that speaks for a tower: bound to it or only heard of it, when last, and how often it should be.
SELECT coalesce(d.tower_id, h.tower_id) AS tower_id, coalesce(d.device_id, h.device_id) AS device_id,
       h.network, h.heard_at, d.bound_at, d.decoder, d.kind, coalesce(d.heartbeat_s, $2) AS heartbeat_s,
       h.battery_percent, h.battery_v, h.external_power, h.solar_v, h.temperature_c, h.rssi_dbm, h.snr_db, h.gateways,
       h.fault
  FROM (SELECT * FROM tower_devices WHERE region = $1) AS d
  FULL JOIN (SELECT * FROM tower_health AS t
              WHERE region = $1 AND NOT EXISTS (  -- written in the moment it was bound to another
                        SELECT FROM tower_devices WHERE region = $1 AND device_id = t.device_id AND tower_id <> t.tower_id)
             ) AS h
    ON h.device_id = d.device_id AND h.tower_id = d.tower_id
 ORDER BY 1, 2
