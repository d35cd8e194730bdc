-- Takes a code once. No row: this one, or a newer one, has been taken.
UPDATE people SET totp_step = $3 WHERE region = $1 AND id = $2 AND totp_step < $3 RETURNING id
