-- Removes all passkeys of a person.
DELETE FROM people_passkeys WHERE person_id = $1
