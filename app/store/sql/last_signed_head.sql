-- What was signed last.
SELECT statement, signature FROM signed_heads WHERE region = $1 ORDER BY at DESC LIMIT 1
