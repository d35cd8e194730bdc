-- Which device speaks for which tower.
SELECT device_id, tower_id, decoder, heartbeat_s, kind FROM tower_devices WHERE region = $1 ORDER BY device_id
