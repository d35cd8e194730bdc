-- Sessions that stand by for the desk of some region: those of leases, without the holders'.
SELECT count(*)::int AS n FROM pg_stat_activity AS a
 WHERE a.application_name = 'auxilio lease' AND a.datname = current_database()
   AND NOT EXISTS (SELECT FROM pg_locks AS k JOIN leases AS l
                       ON ((k.classid::bigint << 32) | k.objid::bigint) = hashtextextended(l.holder, 0)
                    WHERE k.pid = a.pid AND k.locktype = 'advisory' AND k.granted AND k.objsubid = 1)
