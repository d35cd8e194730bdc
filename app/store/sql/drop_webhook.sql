-- A webhook goes, and with it its deliveries.
DELETE FROM webhooks WHERE region = $1 AND id = $2
