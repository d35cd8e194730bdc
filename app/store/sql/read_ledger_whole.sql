-- The events after a seq with all their columns, in order, at most so many.
SELECT seq, command_id, kind, version, at, body, hash FROM ledger WHERE region = $1 AND seq > $2 ORDER BY seq LIMIT $3
