-- The images of all alarms that are not over.
SELECT image::text FROM alarms WHERE region = $1 AND cleared_at IS NULL ORDER BY id
