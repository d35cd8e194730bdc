-- A new password, by its hash.
UPDATE people SET password_hash = $3 WHERE region = $1 AND id = $2
