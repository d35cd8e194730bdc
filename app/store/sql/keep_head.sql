-- After an unknown outcome: waits for what is in flight, fences it, and tells where the ledger stands. No row: fenced.
-- By the secret, not by the epoch: the answer to an earlier try may have been lost after its commit.
UPDATE ledger_head SET epoch = epoch + 1 WHERE region = $1 AND desk_secret = $2
RETURNING ledger_id, epoch, seq, hash, now() AS at
