-- The shapes of zones.
SELECT zone_id, geometry::text FROM hazard_zones WHERE region = $1
