-- Whether a person has signed in from here before.
SELECT 1 AS found FROM people_sources WHERE person_id = $1 AND source = $2
