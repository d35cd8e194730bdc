-- How often who did what, by month.
SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, by, act, count(*) AS n
  FROM audit_trail WHERE region = $1 AND at >= $2 AND at < $3 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
