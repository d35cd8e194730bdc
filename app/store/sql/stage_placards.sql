-- Lays an import out; nothing of it counts until the desk records the version.
INSERT INTO placards_staged (region, version, sign_id, kind, sector, lat, lon, cell, life, gate, route, landing_zone,
                             landowner)
SELECT $1, $2, t.* FROM unnest($3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::text[], $9::text[],
                               $10::text[], $11::text[], $12::text[], $13::text[]) AS t
