-- The holder goes in good order: whoever looks next may take the desk. Locks in the order of taking: no deadlock.
WITH gone AS (
    UPDATE leases SET holder = NULL, renewed_at = NULL WHERE region = $1 AND holder = $2 RETURNING region)
UPDATE ledger_head AS h SET desk_address = NULL FROM gone WHERE h.region = gone.region AND h.desk_secret = $2
