-- The newest position of each unit; an older fix never replaces a newer one.
INSERT INTO unit_positions (region, unit_id, lat, lon, accuracy_m, fixed_at, source)
SELECT $1, t.* FROM unnest($2::text[], $3::float8[], $4::float8[], $5::float8[], $6::timestamptz[], $7::text[]) AS t
ON CONFLICT (region, unit_id) DO UPDATE
   SET lat = excluded.lat, lon = excluded.lon, accuracy_m = excluded.accuracy_m, fixed_at = excluded.fixed_at,
       source = excluded.source
 WHERE unit_positions.fixed_at < excluded.fixed_at
