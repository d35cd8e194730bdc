-- The sessions of a person that go on.
SELECT id, means, source, started_at, proved_at, acted_at, seen_at, ends_at FROM people_sessions
WHERE region = $1 AND person_id = $2 AND ended_at IS NULL AND ends_at > $3 ORDER BY started_at, id
