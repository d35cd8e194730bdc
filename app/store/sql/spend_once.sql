-- Use something up; no row when it was used before.
INSERT INTO spent (region, kind, mark, until) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING true
