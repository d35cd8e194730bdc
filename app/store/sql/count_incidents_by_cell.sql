-- Real incidents received since an instant, by H3 cell (res 9), without duplicates; no sectors means all of them.
SELECT image->'place'->>'cell' AS cell, count(*) AS incidents
  FROM incidents
 WHERE region = $1 AND received_at >= $2
   AND (place_in <> 'done' OR (place_in = 'done' AND closed_at >= $2))  -- nothing closes before it is received
   AND kind = 'real' AND outcome IS DISTINCT FROM 'duplicate' AND outcome IS DISTINCT FROM 'test'
   AND ($3::text[] = '{}' OR sector = ANY ($3::text[]))
   AND image->'place'->>'cell' IS NOT NULL
 GROUP BY 1
