-- The incidents whose end, or whose place in another, changed after one seq up to another, and how far was read.
SELECT seq, incident_id, (body::jsonb->'event'->>'into_id')::bigint AS into_id,
       (body::jsonb->'event'->'incident'->>'id')::bigint AS new_id
  FROM ledger
 WHERE region = $1 AND seq > $2 AND seq <= $3 AND kind = ANY($4::text[]) ORDER BY seq LIMIT $5
