-- No more call-backs to a PSAP; what waits for it is dead.
WITH gone AS (DELETE FROM callback_targets WHERE region = $1 AND psap = $2)
UPDATE callbacks SET state = 'dead', reason = 'no address any more', done_at = now()
WHERE region = $1 AND psap = $2 AND state = 'pending'
