-- A unit's track since an instant, oldest first, evenly thinned to at most $4 points; the newest is among them.
SELECT lat, lon, fixed_at
  FROM (SELECT lat, lon, fixed_at, row_number() OVER (ORDER BY fixed_at DESC) - 1 AS back, count(*) OVER () AS points
          FROM unit_tracks WHERE region = $1 AND unit_id = $2 AND fixed_at >= $3) AS track
 WHERE back % greatest(1, ceil(points / $4::float8)::bigint) = 0
 ORDER BY fixed_at
