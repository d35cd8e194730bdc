-- A person by who they are at the agency's identity provider.
SELECT p.*, (SELECT count(*) FROM people_passkeys k WHERE k.person_id = p.id) AS passkeys
FROM people p WHERE p.region = $1 AND p.issuer = $2 AND p.subject = $3
