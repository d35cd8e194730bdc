-- A hold ends.
UPDATE holds SET released_at = now(), released_by = $3, release_reason = $4
 WHERE region = $1 AND id = $2 AND released_at IS NULL RETURNING incident_id, kind
