-- The images of all units.
SELECT image::text FROM units WHERE region = $1 ORDER BY id
