-- Values under a wrapping key, with when their time began, if it has; ordered, after an id, at most so many.
SELECT s.id, s.kind, s.wrap_key, s.data_key, h.sealed IS NOT NULL AS has_holder, k.incident_id, k.ended_at
  FROM sealed AS s
  LEFT JOIN holdings AS h ON h.region = s.region AND h.sealed = s.id
  LEFT JOIN LATERAL kept_for(h.region, h.holder_kind, h.holder_id) AS k ON true
 WHERE s.region = $1 AND s.wrap_key = $2 AND s.id > $3
 ORDER BY s.id LIMIT $4
