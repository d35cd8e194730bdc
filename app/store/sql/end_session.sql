-- Ends one session of a person. No row: there is none such.
UPDATE people_sessions SET ended_at = $4 WHERE region = $1 AND person_id = $2 AND id = $3 AND ended_at IS NULL
RETURNING id
