-- The newest call-backs, those not delivered first.
SELECT id, psap, seq, psap_call_id, event, incident_id, state, tries, reason, made_at, due_at, done_at FROM callbacks
WHERE region = $1 ORDER BY (state = 'delivered'), id DESC LIMIT $2
