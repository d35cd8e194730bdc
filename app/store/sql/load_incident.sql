-- The image of one incident, open or closed.
SELECT image::text FROM incidents WHERE region = $1 AND id = $2
