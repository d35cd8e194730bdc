-- The webhooks that are told of things.
SELECT id, url, kinds, sectors, from_seq FROM webhooks WHERE region = $1 AND stopped_at IS NULL ORDER BY id
