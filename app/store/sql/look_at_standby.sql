-- Whether a commit has to wait for a standby, and whether one is there to wait for. Who may not see its state counts it.
SELECT current_setting('synchronous_standby_names') <> '' AS is_wanted,
       EXISTS (SELECT FROM pg_stat_replication WHERE coalesce(sync_state, 'sync') IN ('sync', 'quorum')) AS is_there
