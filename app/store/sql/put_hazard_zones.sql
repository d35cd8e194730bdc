-- Shapes of zones; one that is known is replaced.
INSERT INTO hazard_zones (region, zone_id, geometry)
SELECT $1, t.zone_id, t.geometry::jsonb FROM unnest($2::text[], $3::text[]) AS t (zone_id, geometry)
ON CONFLICT (region, zone_id) DO UPDATE SET geometry = excluded.geometry, changed_at = clock_timestamp()
