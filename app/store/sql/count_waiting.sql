-- Open incidents by the place they are in, and how long the oldest has been open.
SELECT place_in, count(*)::int AS n, min(id) AS first_id,
       max(extract(epoch FROM clock_timestamp() - received_at))::float8 AS oldest_s
  FROM incidents WHERE region = $1 AND place_in <> 'done' GROUP BY place_in ORDER BY place_in
