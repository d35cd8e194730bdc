-- How far the ledger was read for webhooks; at the first time, to its head.
INSERT INTO webhook_cursors AS c (region, seq) VALUES ($1, $2)
ON CONFLICT (region) DO UPDATE SET seq = c.seq
RETURNING seq
