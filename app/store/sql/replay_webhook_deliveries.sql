-- Deliveries wait once more: one of them, or all that are dead.
UPDATE webhook_deliveries SET state = 'waiting', tries = 0, due_at = now(), ended_at = NULL, said = NULL
 WHERE region = $1 AND webhook_id = $2 AND state <> 'waiting' AND (id = $3 OR ($3::bigint IS NULL AND state = 'dead'))
