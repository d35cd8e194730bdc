-- The device that a code was made for, if the code is good and unused; $5 is its public key.
WITH code AS (
    SELECT hash, unit_id, label, made_by FROM device_codes
    WHERE region = $1 AND hash = $2 AND device_id IS NULL AND expires_at > $3
    FOR UPDATE
), device AS (
    INSERT INTO devices (id, region, unit_id, label, public_key, enrolled_by)
    SELECT $4, $1, unit_id, label, $5, made_by FROM code
    RETURNING id, unit_id, label
), used AS (
    UPDATE device_codes SET device_id = $4 WHERE region = $1 AND hash IN (SELECT hash FROM code)
)
SELECT id, unit_id, label FROM device
