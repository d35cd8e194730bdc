-- Every sign of the registry.
SELECT sign_id, kind, sector, lat, lon, life, gate, route, landing_zone, landowner FROM placards
 WHERE region = $1 ORDER BY sign_id
