-- How far the ledger was read for outcomes; at first, where it stands: what was there before is found under its keys.
INSERT INTO retention_cursors (region, seq) SELECT $1, seq FROM ledger_head WHERE region = $1
ON CONFLICT (region) DO UPDATE SET seq = retention_cursors.seq RETURNING seq
