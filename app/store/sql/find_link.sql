-- A link that may still be used.
SELECT person_id, ends_at FROM people_links WHERE region = $1 AND hash = $2 AND used_at IS NULL AND ends_at > $3
