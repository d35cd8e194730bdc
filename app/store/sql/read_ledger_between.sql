-- The events after one seq up to another, in order, at most so many.
SELECT seq, kind, at, incident_id, body FROM ledger
 WHERE region = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4
