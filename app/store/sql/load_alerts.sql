-- The images of these incidents' alerts.
SELECT image::text FROM alerts WHERE region = $1 AND incident_id = ANY($2::bigint[]) ORDER BY id
