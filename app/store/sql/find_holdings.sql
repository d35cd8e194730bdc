-- What is sealed with a callback number, by its keyed digest, the newest incident first; at most so many.
SELECT s.id AS sealed, s.kind, k.incident_id, k.is_open, k.is_held, i.sector
  FROM holdings AS h
  JOIN sealed AS s ON s.region = h.region AND s.id = h.sealed
 CROSS JOIN LATERAL kept_for(h.region, h.holder_kind, h.holder_id) AS k
  JOIN incidents AS i ON i.region = h.region AND i.id = k.incident_id
 WHERE h.region = $1 AND h.number = $2 AND s.kind <> 'raw'
 ORDER BY k.incident_id DESC, s.id LIMIT $3
