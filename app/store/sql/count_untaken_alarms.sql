-- Alarms that are not over and that nobody took on, by kind, with the longest wait.
SELECT kind, count(*)::int AS n,
       max(extract(epoch FROM clock_timestamp() - instant(image->>'raised_at')))::float8 AS oldest_s
  FROM alarms WHERE region = $1 AND cleared_at IS NULL AND image->>'acknowledged_at' IS NULL GROUP BY kind ORDER BY kind
