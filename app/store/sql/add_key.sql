-- A new key, if its holder has fewer than two that live; only its hash is kept.
WITH live AS (
    SELECT slot FROM keys
    WHERE region = $2 AND role = $3 AND name = $4 AND coalesce(unit_id, '') = coalesce($7::text, '')
        AND in_url = $13 AND coalesce(device, '') = coalesce($14::text, '') AND revoked_at IS NULL
)
INSERT INTO keys (id, region, role, name, hash, sectors, unit_id, scopes, expires_at, must_sign, public_key,
    certificate, in_url, device, slot)
SELECT $1, $2, $3, $4, $5, $6, $7::text, $8::text[], $9, $10, $11, $12, $13, $14::text, min(free)
FROM generate_series(1, 2) AS free
WHERE free NOT IN (SELECT slot FROM live WHERE slot IS NOT NULL)
HAVING min(free) IS NOT NULL AND (SELECT count(*) FROM live) < 2
RETURNING id
