-- Every key of the region that is good now.
SELECT id, role, name, hash, sectors, unit_id, scopes, must_sign, public_key, certificate, in_url, device, expires_at
FROM keys WHERE region = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) ORDER BY id
