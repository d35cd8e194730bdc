-- Who follows this server, and how far behind; only an owner with pg_monitor sees more than the names.
SELECT application_name AS name, state, sync_state,
       pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint AS behind_bytes,
       extract(epoch FROM replay_lag)::float8 AS behind_s
  FROM pg_stat_replication ORDER BY application_name
