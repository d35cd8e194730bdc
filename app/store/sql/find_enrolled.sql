-- The device a code was used for, if it sends the same key again because it heard no answer.
SELECT devices.id, devices.unit_id, devices.label
FROM device_codes JOIN devices ON devices.id = device_codes.device_id
WHERE device_codes.region = $1 AND device_codes.hash = $2 AND devices.public_key = $3 AND devices.revoked_at IS NULL
