-- The token that stands for a callback number, while its time lasts.
SELECT token FROM callers WHERE region = $1 AND hash = $2 AND expires_at > $3
