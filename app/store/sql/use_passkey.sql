-- Notes a use. No row: the counter did not rise, so there may be a copy.
UPDATE people_passkeys SET sign_count = $2, used_at = $3
WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))
RETURNING id
