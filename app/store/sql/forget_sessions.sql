-- Forgets sessions that ended 90 days ago, and from where people signed in then.
WITH gone AS (DELETE FROM people_sources WHERE seen_at < $1)
DELETE FROM people_sessions WHERE COALESCE(ended_at, ends_at) < $1
