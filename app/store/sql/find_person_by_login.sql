-- A person by what they type.
SELECT p.*, (SELECT count(*) FROM people_passkeys k WHERE k.person_id = p.id) AS passkeys
FROM people p WHERE p.region = $1 AND p.login = $2
