-- When a session was last seen and its person last acted; neither goes back.
UPDATE people_sessions SET seen_at = GREATEST(seen_at, $2), acted_at = GREATEST(acted_at, $3) WHERE id = $1
