-- The person's own ways in, set with an invitation; what they had before is gone. No row: disabled meanwhile.
UPDATE people SET state = 'active', password_hash = $3, totp_secret = $4, totp_step = $5
WHERE region = $1 AND id = $2 AND state <> 'disabled'
RETURNING id
