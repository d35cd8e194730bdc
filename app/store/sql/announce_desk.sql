-- Tells gateways where the desk of this epoch is.
UPDATE ledger_head SET desk_address = $3 WHERE region = $1 AND epoch = $2
