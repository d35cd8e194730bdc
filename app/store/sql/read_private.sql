-- One sealed value, with its wrapped data key.
SELECT id, kind, wrap_key, data_key, body FROM sealed WHERE region = $1 AND id = $2
