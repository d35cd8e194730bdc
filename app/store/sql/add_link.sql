-- A one-time link, by its hash.
INSERT INTO people_links (hash, region, person_id, ends_at) VALUES ($1, $2, $3, $4)
