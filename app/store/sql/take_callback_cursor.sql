-- How far the ledger was read, for this transaction alone; where the ledger stood when the first address was set.
INSERT INTO callback_cursors (region, seq) VALUES ($1, $2)
ON CONFLICT (region) DO UPDATE SET seq = callback_cursors.seq RETURNING seq
