-- The units that ever held two assignments at the same moment; there must be none.
SELECT DISTINCT a.unit_id
FROM assignments a
JOIN assignments b ON b.region = a.region AND b.unit_id = a.unit_id AND b.id > a.id
WHERE a.region = $1
  AND (b.image->>'offered_at')::timestamptz < coalesce(a.ended_at, 'infinity')
  AND (a.image->>'offered_at')::timestamptz < coalesce(b.ended_at, 'infinity')
