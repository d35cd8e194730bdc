-- A restored ledger is another: cursors from before the restore may name what it lacks.
UPDATE ledger_head SET ledger_id = gen_random_uuid(), desk_address = NULL
