-- Let a device speak for no tower any more; nothing is expected through it. One that never did is forgotten.
WITH gone AS (
    DELETE FROM tower_devices WHERE region = $1 AND device_id = $2 RETURNING tower_id
), health AS (
    DELETE FROM tower_health
     WHERE region = $1 AND device_id = $2 AND (tower_id = $2 OR EXISTS (SELECT FROM gone))
    RETURNING tower_id
)
SELECT tower_id FROM gone UNION SELECT tower_id FROM health
