-- What a key was made with, to make its successor; not when it has ended.
SELECT role, name, sectors, unit_id, scopes, must_sign, public_key, certificate, in_url, device
FROM keys
WHERE region = $1 AND id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
