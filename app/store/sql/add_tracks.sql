-- One sample of each moving unit's track.
INSERT INTO unit_tracks (region, unit_id, lat, lon, fixed_at)
SELECT $1, t.* FROM unnest($2::text[], $3::float8[], $4::float8[], $5::timestamptz[]) AS t
ON CONFLICT DO NOTHING
