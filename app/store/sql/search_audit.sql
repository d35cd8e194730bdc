-- The newest rows of the trail that fit, below a seq, at most so many.
SELECT seq, at, act, by, role, about, incident_id, reason, body::jsonb->'more' AS more
  FROM audit_trail
 WHERE region = $1 AND seq < $2 AND at >= $3 AND at < $4
   AND ($5::text IS NULL OR act = $5) AND ($6::text IS NULL OR by = $6) AND ($7::bigint IS NULL OR incident_id = $7)
 ORDER BY seq DESC LIMIT $8
