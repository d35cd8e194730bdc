-- Whose device it is, revoked or not.
SELECT unit_id FROM devices WHERE region = $1 AND id = $2
