-- A dead call-back is tried again.
UPDATE callbacks SET state = 'pending', done_at = NULL, due_at = now(), made_at = now(), tries = 0
WHERE region = $1 AND id = $2 AND state = 'dead' RETURNING id
