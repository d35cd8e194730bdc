-- How many recovery codes a person has left.
SELECT count(*) AS found FROM people_recovery_codes WHERE person_id = $1
