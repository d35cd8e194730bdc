-- A device is taken off; no row when it was, or is none.
UPDATE devices SET revoked_at = now(), revoked_by = $3 WHERE region = $1 AND id = $2 AND revoked_at IS NULL RETURNING id
