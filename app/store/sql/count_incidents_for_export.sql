-- Real incidents by month, cell and what became of them, in some sectors or everywhere.
SELECT to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, image->'place'->>'cell' AS cell, outcome,
       count(*) AS n
  FROM incidents
 WHERE region = $1 AND kind = 'real' AND outcome IS DISTINCT FROM 'duplicate' AND received_at >= $2 AND received_at < $3
   AND (cardinality($4::text[]) = 0 OR sector = ANY($4))
 GROUP BY 1, 2, 3
