-- The oldest call-back a PSAP has not taken, if its time has come: later ones wait behind it.
SELECT id, body, tries, made_at, due_at <= now() AS is_due FROM callbacks
WHERE region = $1 AND psap = $2 AND state = 'pending' ORDER BY id LIMIT 1
