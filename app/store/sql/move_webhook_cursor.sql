-- The deliveries of every event up to here are in the outbox.
UPDATE webhook_cursors SET seq = $2 WHERE region = $1
