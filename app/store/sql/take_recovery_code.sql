-- Takes a recovery code once. No row: there is none such.
DELETE FROM people_recovery_codes WHERE person_id = $1 AND hash = $2 RETURNING person_id
