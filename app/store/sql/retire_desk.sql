-- The desk of this epoch has gone in good order.
UPDATE ledger_head SET desk_address = NULL WHERE region = $1 AND epoch = $2
