-- A one-time code for a unit's next device.
INSERT INTO device_codes (region, hash, unit_id, label, made_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
