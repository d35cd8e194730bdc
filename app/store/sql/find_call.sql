-- The incident of a call that was recorded before, however long ago.
SELECT incident_id FROM calls WHERE region = $1 AND psap = $2 AND psap_call_id = $3
