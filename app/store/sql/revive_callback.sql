-- A dead call-back about an incident of these sectors (none named: of any) is tried again.
UPDATE callbacks SET state = 'pending', done_at = NULL, due_at = now(), made_at = now(), tries = 0
WHERE region = $1 AND id = $2 AND state = 'dead'
  AND ($3::text[] = '{}' OR (  -- looked up one by one: as a set it was every incident there ever was
        SELECT i.sector IS NULL OR i.sector = ANY ($3) FROM incidents AS i
         WHERE i.region = $1 AND i.id = callbacks.incident_id))
RETURNING id
