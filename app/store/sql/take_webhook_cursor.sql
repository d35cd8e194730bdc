-- How far the ledger was read for webhooks; nothing before the first was made.
SELECT seq FROM webhook_cursors WHERE region = $1
