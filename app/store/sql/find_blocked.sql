-- Sessions of this role that have waited for a lock for a while, and whose session holds it.
SELECT (pg_blocking_pids(pid))[1] AS blocker, max(extract(epoch FROM clock_timestamp() - query_start))::float8 AS waited_s,
       count(*)::int AS n
  FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '2 seconds'
 GROUP BY 1 ORDER BY 1
