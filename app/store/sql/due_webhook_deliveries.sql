-- What is due for a webhook, the oldest event first.
SELECT id, seq, kind, body, tries, made_at FROM webhook_deliveries
 WHERE region = $1 AND webhook_id = $2 AND state = 'waiting' AND due_at <= now() ORDER BY seq LIMIT $3
