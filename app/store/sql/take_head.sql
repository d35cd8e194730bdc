-- Makes this desk the writer, if the lease is still as it was seen: the epoch rises, so no append of an earlier desk can
-- succeed from here on. No row: somebody was faster, or the holder lives. On another timeline the ledger gets a new id.
WITH won AS (
    UPDATE leases SET holder = $2, renewed_at = clock_timestamp()
     WHERE region = $1 AND holder IS NOT DISTINCT FROM $3 AND renewed_at IS NOT DISTINCT FROM $4
    RETURNING left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline)
UPDATE ledger_head AS h
   SET epoch = h.epoch + 1, desk_address = NULL, desk_secret = $2, timeline = won.timeline,
       ledger_id = CASE WHEN h.timeline <> won.timeline THEN gen_random_uuid() ELSE h.ledger_id END
  FROM won
 WHERE h.region = $1
RETURNING h.ledger_id, h.epoch, h.seq, h.hash, now() AS at
