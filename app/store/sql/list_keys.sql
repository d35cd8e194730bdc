-- All keys that live, and those that ended within thirty days, by holder.
SELECT id, role, name, sectors, unit_id, scopes, must_sign, public_key IS NOT NULL AS has_public_key, certificate,
    in_url, device, created_at, last_used_at, expires_at, revoked_at
FROM keys
WHERE region = $1 AND (revoked_at IS NULL OR revoked_at > now() - interval '30 days')
ORDER BY role, name, created_at, id
