-- When devices were last used; several processes tell, the latest counts.
UPDATE devices SET last_used_at = used.at
FROM unnest($2::text[], $3::timestamptz[]) AS used (id, at)
WHERE devices.region = $1 AND devices.id = used.id AND (devices.last_used_at IS NULL OR devices.last_used_at < used.at)
