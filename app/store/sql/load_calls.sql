-- The images of these incidents' calls.
SELECT image::text FROM calls WHERE region = $1 AND incident_id = ANY($2::bigint[]) ORDER BY id
