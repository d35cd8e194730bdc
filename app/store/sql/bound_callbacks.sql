-- The outbox of a PSAP that takes nothing is bounded: the oldest beyond so many are dead.
UPDATE callbacks SET state = 'dead', reason = 'outbox full', done_at = now()
WHERE region = $1 AND id IN (
    SELECT id FROM callbacks WHERE region = $1 AND psap = $2 AND state = 'pending' ORDER BY id DESC OFFSET $3
) RETURNING id
