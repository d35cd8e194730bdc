-- Where the ledger stands, and where its desk is.
SELECT ledger_id, epoch, seq, hash, desk_address, desk_secret, now() AS at FROM ledger_head WHERE region = $1
