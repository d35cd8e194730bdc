-- A person has signed in from here.
INSERT INTO people_sources (person_id, source, seen_at) VALUES ($1, $2, $3)
ON CONFLICT (person_id, source) DO UPDATE SET seen_at = GREATEST(people_sources.seen_at, $3)
