-- Values that are with these incidents, and when their time began, if it has. Arrays, so that the indexes are used.
SELECT s.id, s.kind, s.wrap_key, s.data_key, true AS has_holder, k.incident_id, k.ended_at
  FROM (SELECT sealed, holder_kind, holder_id FROM holdings
         WHERE region = $1 AND holder_kind = 'incident' AND holder_id = ANY($2::bigint[])
         UNION ALL
        SELECT sealed, holder_kind, holder_id FROM holdings
         WHERE region = $1 AND holder_kind = 'call'
           AND holder_id = ANY(ARRAY(SELECT id FROM calls WHERE region = $1 AND incident_id = ANY($2::bigint[])))
         UNION ALL
        SELECT sealed, holder_kind, holder_id FROM holdings
         WHERE region = $1 AND holder_kind = 'alert'
           AND holder_id = ANY(ARRAY(SELECT id FROM alerts WHERE region = $1 AND incident_id = ANY($2::bigint[])))) AS h
  JOIN sealed AS s ON s.region = $1 AND s.id = h.sealed
 CROSS JOIN LATERAL kept_for($1, h.holder_kind, h.holder_id) AS k
