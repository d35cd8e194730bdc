-- Who holds the desk, when that was last said and how long ago, and whether the session that says so is still there.
SELECT l.holder, l.renewed_at,
       extract(epoch FROM clock_timestamp() - l.renewed_at)::float8 AS age_s,
       EXISTS (SELECT FROM pg_locks AS k
                WHERE k.locktype = 'advisory' AND k.granted AND k.objsubid = 1
                  AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND ((k.classid::bigint << 32) | k.objid::bigint) = hashtextextended(l.holder, 0)) AS is_connected
  FROM leases AS l
 WHERE l.region = $1
