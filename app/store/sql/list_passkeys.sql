-- A person's passkeys.
SELECT id, host, name, made_at, used_at FROM people_passkeys WHERE person_id = $1 ORDER BY made_at, id
