-- The newest known position of every unit.
SELECT unit_id, lat, lon, accuracy_m, fixed_at, source FROM unit_positions WHERE region = $1
