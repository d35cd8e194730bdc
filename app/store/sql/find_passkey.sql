-- A passkey and whose it is.
SELECT k.* FROM people_passkeys k JOIN people p ON p.id = k.person_id WHERE p.region = $1 AND k.id = $2
