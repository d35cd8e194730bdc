-- The holds that stand, and those released lately, the newest first.
SELECT h.id, h.incident_id, h.kind, h.set_by, h.set_at, h.released_by, h.released_at, i.sector
  FROM holds AS h LEFT JOIN incidents AS i ON i.region = h.region AND i.id = h.incident_id
 WHERE h.region = $1 ORDER BY (h.released_at IS NULL) DESC, h.id DESC LIMIT $2
