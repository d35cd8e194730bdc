-- A hazard as it is now.
INSERT INTO hazards (region, id, image, ends_at) VALUES ($1, $2, $3::jsonb, $4)
ON CONFLICT (region, id) DO UPDATE
   SET image = excluded.image, ends_at = excluded.ends_at, changed_at = clock_timestamp()
