-- Makes this desk the writer: the epoch rises, so no append of an earlier desk can succeed from here on.
INSERT INTO ledger_head (region, epoch, desk_secret) VALUES ($1, 1, $2)
ON CONFLICT (region) DO UPDATE
   SET epoch = ledger_head.epoch + 1, desk_address = NULL, desk_secret = excluded.desk_secret
RETURNING ledger_id, epoch, seq, hash, now() AS at
