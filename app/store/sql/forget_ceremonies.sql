-- Forgets the steps that nobody followed.
DELETE FROM people_ceremonies WHERE ends_at < $1
