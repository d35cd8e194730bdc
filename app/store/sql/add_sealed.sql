-- A sealed value that belongs to no event: a reason somebody gave.
INSERT INTO sealed (region, id, kind, wrap_key, data_key, body) VALUES ($1, $2, $3, $4, $5, $6)
