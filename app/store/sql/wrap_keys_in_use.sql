-- The names of the wrapping keys that anything is under, of any region; it steps from one to the next in the index.
WITH RECURSIVE used AS (
    (SELECT wrap_key FROM sealed ORDER BY wrap_key LIMIT 1)
     UNION ALL
    SELECT (SELECT s.wrap_key FROM sealed AS s WHERE s.wrap_key > used.wrap_key ORDER BY s.wrap_key LIMIT 1)
      FROM used WHERE used.wrap_key IS NOT NULL
)
SELECT wrap_key FROM used WHERE wrap_key IS NOT NULL
