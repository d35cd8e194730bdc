-- Tells gateways where the desk of this secret is.
UPDATE ledger_head SET desk_address = $3 WHERE region = $1 AND desk_secret = $2
