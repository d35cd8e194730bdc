-- The holder lives. No row: another holds the desk.
UPDATE leases SET renewed_at = clock_timestamp() WHERE region = $1 AND holder = $2 RETURNING true
