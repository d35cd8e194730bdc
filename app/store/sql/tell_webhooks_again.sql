-- What webhooks are to be told; what is told again waits once more, under its old number.
INSERT INTO webhook_deliveries AS d (region, webhook_id, seq, kind, body)
SELECT $1, t.* FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[]) AS t (webhook_id, seq, kind, body)
ON CONFLICT (region, webhook_id, seq) DO UPDATE
   SET state = 'waiting', tries = 0, due_at = now(), ended_at = NULL, said = NULL
 WHERE d.state <> 'waiting'
