-- The images of all open incidents and of those closed since an instant.
SELECT image::text FROM incidents
 WHERE region = $1 AND (place_in <> 'done' OR closed_at >= $2)
 ORDER BY id
