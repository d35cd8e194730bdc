-- What webhooks are to be told, each once.
INSERT INTO webhook_deliveries (region, webhook_id, seq, kind, body)
SELECT $1, t.* FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[]) AS t (webhook_id, seq, kind, body)
ON CONFLICT (region, webhook_id, seq) DO NOTHING
