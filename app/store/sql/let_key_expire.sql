-- A key that was replaced ends by itself, never later than it would have.
UPDATE keys SET expires_at = least(expires_at, $3) WHERE region = $1 AND id = $2 AND revoked_at IS NULL
