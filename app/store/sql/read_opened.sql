-- A sealed value and the message it was read from, each with its wrapped data key, and the incident they are with.
SELECT s.id, s.kind, s.wrap_key, s.data_key, s.body, k.incident_id
  FROM sealed AS s
  LEFT JOIN holdings AS h ON h.region = s.region AND h.sealed = s.id
  LEFT JOIN LATERAL kept_for(h.region, h.holder_kind, h.holder_id) AS k ON true
 WHERE s.region = $1 AND s.id = ANY($2::uuid[])
