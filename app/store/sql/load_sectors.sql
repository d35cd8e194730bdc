-- The images of all sectors.
SELECT image::text FROM sectors WHERE region = $1 ORDER BY id
