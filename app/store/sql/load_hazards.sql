-- The hazards that are not over, the newest first.
SELECT image::text FROM hazards WHERE region = $1 AND ends_at > now() ORDER BY changed_at DESC LIMIT $2
