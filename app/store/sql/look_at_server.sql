-- What a server is, and what time it has.
SELECT pg_is_in_recovery() AS is_standby, current_setting('server_version') AS version, clock_timestamp() AS at
