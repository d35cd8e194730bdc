-- Values are gone, and whose they were with them.
WITH held AS (DELETE FROM holdings WHERE region = $1 AND sealed = ANY($2::uuid[]))
DELETE FROM sealed WHERE region = $1 AND id = ANY($2::uuid[])
