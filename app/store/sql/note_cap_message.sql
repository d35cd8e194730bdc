-- A message was taken, and with it those it refers to are out of date.
WITH own AS (
    INSERT INTO cap_messages AS m (region, id, root, sent) VALUES ($1, $2, $3, $4)
    ON CONFLICT (region, id) DO UPDATE SET sent = excluded.sent WHERE m.sent IS NULL
)
INSERT INTO cap_messages AS m (region, id, root, superseded_by)
SELECT $1, other, $3, $2 FROM unnest($5::text[]) AS other WHERE other <> $2
ON CONFLICT (region, id) DO UPDATE SET superseded_by = coalesce(m.superseded_by, excluded.superseded_by)
