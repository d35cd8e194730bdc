-- A new key; only its hash is kept.
INSERT INTO keys (id, region, role, name, hash, sectors, unit_id) VALUES ($1, $2, $3, $4, $5, $6, $7)
