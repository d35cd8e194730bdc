-- The newest call-backs about incidents of these sectors (none named: of all), those not delivered first.
SELECT id, psap, seq, psap_call_id, event, incident_id, state, tries, reason, made_at, due_at, done_at FROM callbacks
WHERE region = $1
  AND ($3::text[] = '{}' OR (  -- looked up one by one: as a set it was every incident there ever was
        SELECT i.sector IS NULL OR i.sector = ANY ($3) FROM incidents AS i
         WHERE i.region = $1 AND i.id = callbacks.incident_id))
ORDER BY (state = 'delivered'), id DESC LIMIT $2
