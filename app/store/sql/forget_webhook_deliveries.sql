-- The log is kept for thirty days.
DELETE FROM webhook_deliveries WHERE region = $1 AND state <> 'waiting' AND ended_at < now() - interval '30 days'
