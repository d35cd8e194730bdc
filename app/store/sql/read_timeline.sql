-- One incident's events, oldest first.
SELECT body FROM ledger WHERE region = $1 AND incident_id = $2 ORDER BY seq LIMIT $3
