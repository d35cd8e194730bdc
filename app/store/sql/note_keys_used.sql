-- When keys were last used; several processes tell, the latest counts.
UPDATE keys SET last_used_at = used.at
FROM unnest($2::text[], $3::timestamptz[]) AS used (id, at)
WHERE keys.region = $1 AND keys.id = used.id AND (keys.last_used_at IS NULL OR keys.last_used_at < used.at)
