-- The events of some kinds between two seqs, in order, at most so many.
SELECT seq, body FROM ledger WHERE region = $1 AND seq > $2 AND seq <= $3 AND kind = ANY($4) ORDER BY seq LIMIT $5
