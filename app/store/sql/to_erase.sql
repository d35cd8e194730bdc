-- The values of an incident (with what is a duplicate of it), of a caller, or a single one, and why they may not go.
WITH RECURSIVE near AS (
    SELECT $2::bigint AS id
     UNION
    SELECT i.id FROM near JOIN incidents AS i ON i.region = $1 AND (i.image->>'duplicate_of')::bigint = near.id
     WHERE i.image->>'duplicate_of' IS NOT NULL
)
SELECT h.sealed, k.incident_id, k.is_open, k.is_held, i.sector
  FROM holdings AS h
  CROSS JOIN LATERAL kept_for($1, h.holder_kind, h.holder_id) AS k
  JOIN incidents AS i ON i.region = $1 AND i.id = k.incident_id
 WHERE h.region = $1
   AND (h.number = $3
        OR h.sealed = ANY($4::uuid[])
        OR (h.holder_kind = 'incident' AND h.holder_id IN (SELECT id FROM near))
        OR (h.holder_kind = 'call'
            AND h.holder_id IN (SELECT c.id FROM calls AS c WHERE c.region = $1 AND c.incident_id IN (SELECT id FROM near)))
        OR (h.holder_kind = 'alert'
            AND h.holder_id IN (SELECT a.id FROM alerts AS a WHERE a.region = $1 AND a.incident_id IN (SELECT id FROM near))))
 ORDER BY k.incident_id, h.sealed
