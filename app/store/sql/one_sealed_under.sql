-- One value that is under a wrapping key, without the value: its data key can be tried.
SELECT id, kind, wrap_key, data_key, ''::bytea AS body FROM sealed WHERE wrap_key = $1 AND region = $2 ORDER BY id LIMIT 1
