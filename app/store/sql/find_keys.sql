-- The keys among these ids that are good now.
SELECT id, role, name, hash, sectors, unit_id, scopes, must_sign, public_key, certificate, in_url, device
FROM keys
WHERE id = ANY ($1::text[]) AND region = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
