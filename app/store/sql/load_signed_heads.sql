-- All signed heads, the oldest first.
SELECT statement, signature FROM signed_heads WHERE region = $1 ORDER BY at
