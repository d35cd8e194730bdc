-- After an unknown outcome: waits for what is in flight, fences it, and tells where the ledger stands. No row: fenced.
UPDATE ledger_head SET epoch = epoch + 1 WHERE region = $1 AND epoch = $2
RETURNING ledger_id, epoch, seq, hash, now() AS at
