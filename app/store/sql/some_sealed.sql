-- Some sealed values, those under the keys of the latest months first.
SELECT id, kind, wrap_key, data_key, body FROM sealed WHERE region = $1 ORDER BY split_part(wrap_key, '/', 2) DESC LIMIT $2
