-- The trail after a seq, in order, at most so many.
SELECT seq, body, hash FROM audit_trail WHERE region = $1 AND seq > $2 ORDER BY seq LIMIT $3
