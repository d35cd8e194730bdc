-- Every key of the region that has not been revoked.
SELECT id, role, name, hash, sectors, unit_id FROM keys WHERE region = $1 AND revoked_at IS NULL ORDER BY id
