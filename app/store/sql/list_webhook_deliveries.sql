-- The delivery log of a webhook, the newest first.
SELECT id, seq, kind, state, tries, said, made_at, due_at, ended_at FROM webhook_deliveries
 WHERE region = $1 AND webhook_id = $2 AND ($3::text IS NULL OR state = $3) ORDER BY id DESC LIMIT $4
