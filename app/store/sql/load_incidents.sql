-- The images of all open incidents and of those closed since an instant; each half as its partial index is written.
SELECT image::text FROM incidents
 WHERE region = $1 AND (place_in <> 'done' OR (place_in = 'done' AND closed_at >= $2))
 ORDER BY id
