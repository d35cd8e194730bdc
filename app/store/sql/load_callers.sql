-- The caller tokens that are still good.
SELECT hash, token, expires_at FROM callers WHERE region = $1 AND expires_at > $2
