-- A delivery was taken, or is given up.
UPDATE webhook_deliveries SET state = $2, said = $3, tries = tries + 1, ended_at = now() WHERE id = $1
