-- The images of these incidents' assignments.
SELECT image::text FROM assignments WHERE region = $1 AND incident_id = ANY($2::bigint[]) ORDER BY id
