-- Where the ledger and the audit trail stand, in one snapshot.
SELECT l.ledger_id, l.epoch, l.seq, l.hash, coalesce(a.seq, 0) AS audit_seq, coalesce(a.hash, '\x'::bytea) AS audit_hash,
       clock_timestamp() AS at
  FROM ledger_head AS l LEFT JOIN audit_heads AS a ON a.region = l.region WHERE l.region = $1
