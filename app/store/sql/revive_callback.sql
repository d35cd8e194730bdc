-- A call-back about an incident of these sectors (none named: of any) that was given up or waits is tried now, after
-- those of the same PSAP that wait before it: they are told in order.
WITH found AS (
    SELECT id, psap FROM callbacks
    WHERE region = $1 AND id = $2 AND state <> 'delivered'
      AND ($3::text[] = '{}' OR (  -- looked up one by one: as a set it was every incident there ever was
            SELECT i.sector IS NULL OR i.sector = ANY ($3) FROM incidents AS i
             WHERE i.region = $1 AND i.id = callbacks.incident_id))
), earlier AS (
    UPDATE callbacks AS c SET due_at = now() FROM found
    WHERE c.region = $1 AND c.psap = found.psap AND c.state = 'pending' AND c.id < found.id
)
UPDATE callbacks AS c
   SET state = 'pending', done_at = NULL, due_at = now(),
       made_at = CASE c.state WHEN 'dead' THEN now() ELSE c.made_at END,
       tries = CASE c.state WHEN 'dead' THEN 0 ELSE c.tries END
  FROM found WHERE c.id = found.id
RETURNING c.id
