-- A new authenticator; the code that proved it is not taken again.
UPDATE people SET totp_secret = $3, totp_step = $4 WHERE region = $1 AND id = $2
