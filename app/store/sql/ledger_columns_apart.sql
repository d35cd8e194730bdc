-- Events whose columns say something else than their text; at most so many.
SELECT seq FROM ledger
 WHERE region = $1
   AND (command_id::text, version::text, instant(body::jsonb->>'at')) IS DISTINCT FROM
       (body::jsonb->>'command', body::jsonb->>'v', at)
 ORDER BY seq LIMIT $2
