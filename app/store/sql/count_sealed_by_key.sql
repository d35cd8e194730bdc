-- How many values are under each wrapping key.
SELECT wrap_key, count(*) AS n FROM sealed WHERE region = $1 GROUP BY wrap_key ORDER BY wrap_key
