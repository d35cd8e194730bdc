-- Uses a link, once. No row: it was used, or its time is over.
UPDATE people_links SET used_at = $3 WHERE region = $1 AND hash = $2 AND used_at IS NULL AND ends_at > $3
RETURNING person_id
