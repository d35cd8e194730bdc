-- A call-back is tried again later.
UPDATE callbacks SET reason = $2, tries = tries + 1, due_at = now() + $3::interval WHERE id = $1
