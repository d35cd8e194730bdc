-- A key that has not been revoked.
SELECT id, role, name, hash, sectors, unit_id FROM keys WHERE id = $1 AND region = $2 AND revoked_at IS NULL
