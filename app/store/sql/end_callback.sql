-- A call-back was delivered, or is given up.
UPDATE callbacks SET state = $2, reason = $3, tries = tries + 1, done_at = now() WHERE id = $1
