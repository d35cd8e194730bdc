-- Forgets used steps that are too old to be used again.
DELETE FROM people_ceremonies WHERE ends_at < $1
