-- Uses a step of signing in, once. No row: it was used before.
INSERT INTO people_ceremonies (hash, ends_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING hash
