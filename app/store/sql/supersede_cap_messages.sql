-- These messages are out of date; those never seen are remembered, in case they come late.
INSERT INTO cap_messages AS m (region, id, root, superseded_by)
SELECT $1, other, $3, $4 FROM unnest($2::text[]) AS other
ON CONFLICT (region, id) DO UPDATE SET superseded_by = coalesce(m.superseded_by, excluded.superseded_by)
