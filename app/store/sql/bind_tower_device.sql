-- Let a device speak for a tower; binding it again replaces what was said of it, and it is missed nowhere else any more.
WITH elsewhere AS (
    DELETE FROM tower_health WHERE region = $1 AND device_id = $2 AND tower_id <> $3
)
INSERT INTO tower_devices (region, device_id, tower_id, decoder, heartbeat_s, kind) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (region, device_id) DO UPDATE
   SET tower_id = excluded.tower_id, decoder = excluded.decoder, heartbeat_s = excluded.heartbeat_s,
       kind = excluded.kind, bound_at = now()
