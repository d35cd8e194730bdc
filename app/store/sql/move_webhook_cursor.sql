-- The deliveries of every event up to here are in the outbox.
INSERT INTO webhook_cursors AS c (region, seq) VALUES ($1, $2)
ON CONFLICT (region) DO UPDATE SET seq = greatest(c.seq, excluded.seq)
