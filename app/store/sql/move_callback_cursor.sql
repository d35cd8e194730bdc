-- The events up to here are in the outbox.
UPDATE callback_cursors SET seq = $2 WHERE region = $1
