-- The devices among these ids that are good now.
SELECT id, unit_id, label, public_key FROM devices WHERE id = ANY ($1::text[]) AND region = $2 AND revoked_at IS NULL
