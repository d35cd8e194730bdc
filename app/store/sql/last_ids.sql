-- The highest number given in each numbered table.
SELECT (SELECT coalesce(max(id), 0) FROM calls WHERE region = $1) AS calls,
       (SELECT coalesce(max(id), 0) FROM alerts WHERE region = $1) AS alerts,
       (SELECT coalesce(max(id), 0) FROM incidents WHERE region = $1) AS incidents,
       (SELECT coalesce(max(id), 0) FROM assignments WHERE region = $1) AS assignments,
       (SELECT coalesce(max(id), 0) FROM alarms WHERE region = $1) AS alarms
