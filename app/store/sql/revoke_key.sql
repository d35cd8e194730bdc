-- A key ends now; no row when it had, or is none.
UPDATE keys SET revoked_at = now() WHERE region = $1 AND id = $2 AND revoked_at IS NULL RETURNING id
