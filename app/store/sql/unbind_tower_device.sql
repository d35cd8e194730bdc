-- Let a device speak for no tower any more; nothing is expected of the tower through it.
WITH gone AS (
    DELETE FROM tower_devices WHERE region = $1 AND device_id = $2 RETURNING tower_id
), health AS (
    DELETE FROM tower_health AS h USING gone WHERE h.region = $1 AND h.tower_id = gone.tower_id AND h.device_id = $2
)
SELECT tower_id FROM gone
