-- Incidents one by one, as everybody at the desk sees them, oldest first, at most so many.
SELECT id, kind, image->>'type' AS type, priority, sector, received_at, closed_at, outcome,
       image->'place'->>'sign_id' AS sign_id, image->'place'->>'state' AS place_state,
       (image->'place'->'point'->>'lat')::float8 AS lat, (image->'place'->'point'->>'lon')::float8 AS lon
  FROM incidents
 WHERE region = $1 AND received_at >= $2 AND received_at < $3 AND (cardinality($4::text[]) = 0 OR sector = ANY($4))
 ORDER BY id LIMIT $5
