-- Which command each run of events belongs to, as the ledger says it and as the table does; only where they differ.
WITH told AS (
    SELECT command_id AS id, min(seq) AS first_seq, max(seq) AS last_seq, count(*) AS n
      FROM ledger WHERE region = $1 GROUP BY command_id
), kept AS (
    SELECT id, first_seq, last_seq, last_seq - first_seq + 1 AS n FROM commands WHERE region = $1
)
SELECT coalesce(told.id, kept.id) AS id, told.id IS NULL AS is_extra, kept.id IS NULL AS is_missing
  FROM told FULL JOIN kept ON kept.id = told.id
 WHERE told.id IS NULL OR kept.id IS NULL
    OR (told.first_seq, told.last_seq, told.n) <> (kept.first_seq, kept.last_seq, kept.n)
 LIMIT $2
