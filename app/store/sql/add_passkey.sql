-- A new passkey. No row: this authenticator is registered already.
INSERT INTO people_passkeys (id, person_id, host, name, public_key, sign_count) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING id
