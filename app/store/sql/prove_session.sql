-- The person has proved again who they are; the session's end moves with it. No row: it has ended.
UPDATE people_sessions SET proved_at = $2, acted_at = $2, seen_at = $2, ends_at = $3
WHERE id = $1 AND ended_at IS NULL RETURNING id
