-- The images of all towers.
SELECT image::text FROM towers WHERE region = $1 ORDER BY id
