-- A delivery was not taken; it is tried again later.
UPDATE webhook_deliveries SET said = $2, tries = tries + 1, due_at = now() + $3::interval WHERE id = $1
