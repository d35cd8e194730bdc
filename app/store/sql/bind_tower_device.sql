-- Let a device speak for a tower; binding it again replaces what was said of it.
INSERT INTO tower_devices (region, device_id, tower_id, decoder, heartbeat_s, kind) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (region, device_id) DO UPDATE
   SET tower_id = excluded.tower_id, decoder = excluded.decoder, heartbeat_s = excluded.heartbeat_s,
       kind = excluded.kind, bound_at = now()
