-- A session begins.
INSERT INTO people_sessions (id, hash, region, person_id, means, source, started_at, proved_at, acted_at, seen_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $9, $7, $7, $8)
