-- What the next step needs. No row: too many are under way.
INSERT INTO people_ceremonies (hash, kind, body, ends_at)
SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM people_ceremonies) < $5 RETURNING hash
