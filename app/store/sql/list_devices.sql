-- All devices that are enrolled, and those revoked within thirty days, by unit.
SELECT id, unit_id, label, enrolled_at, enrolled_by, last_used_at, revoked_at, revoked_by
FROM devices
WHERE region = $1 AND (revoked_at IS NULL OR revoked_at > now() - interval '30 days')
ORDER BY unit_id, enrolled_at, id
