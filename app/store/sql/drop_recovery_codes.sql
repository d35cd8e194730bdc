-- Forgets a person's recovery codes.
DELETE FROM people_recovery_codes WHERE person_id = $1
