-- A new webhook; from now on it is told.
INSERT INTO webhooks (region, id, url, kinds, sectors, from_seq, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
