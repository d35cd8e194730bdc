-- A person by id.
SELECT p.*, (SELECT count(*) FROM people_passkeys k WHERE k.person_id = p.id) AS passkeys
FROM people p WHERE p.region = $1 AND p.id = $2
