-- The events after a seq, in order, at most so many.
SELECT seq, kind, version, at, body, hash FROM ledger WHERE region = $1 AND seq > $2 ORDER BY seq LIMIT $3
