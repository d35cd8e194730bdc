-- Values that are with these incidents, or with duplicates of them, and when their time began, if it has.
WITH RECURSIVE near AS (
    SELECT unnest($2::bigint[]) AS id
     UNION
    SELECT i.id FROM near JOIN incidents AS i ON i.region = $1 AND (i.image->>'duplicate_of')::bigint = near.id
     WHERE i.image->>'duplicate_of' IS NOT NULL
), holders AS (
    SELECT 'incident' AS kind, id FROM near
     UNION ALL
    SELECT 'call', c.id FROM near JOIN calls AS c ON c.region = $1 AND c.incident_id = near.id
     UNION ALL
    SELECT 'alert', a.id FROM near JOIN alerts AS a ON a.region = $1 AND a.incident_id = near.id
)
SELECT s.id, s.kind, s.wrap_key, s.data_key, true AS has_holder, k.incident_id, k.ended_at
  FROM holders
  JOIN holdings AS h ON h.region = $1 AND h.holder_kind = holders.kind AND h.holder_id = holders.id
  JOIN sealed AS s ON s.region = $1 AND s.id = h.sealed
  CROSS JOIN LATERAL kept_for($1, h.holder_kind, h.holder_id) AS k
