-- Writes signs; one that is known is replaced, none is ever removed.
INSERT INTO placards (region, sign_id, kind, sector, lat, lon, cell, life, gate, route, landing_zone, landowner)
SELECT $1, t.* FROM unnest($2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::text[], $8::text[],
                           $9::text[], $10::text[], $11::text[], $12::text[]) AS t
ON CONFLICT (region, sign_id) DO UPDATE
   SET kind = excluded.kind, sector = excluded.sector, lat = excluded.lat, lon = excluded.lon, cell = excluded.cell,
       life = excluded.life, gate = excluded.gate, route = excluded.route, landing_zone = excluded.landing_zone,
       landowner = excluded.landowner
