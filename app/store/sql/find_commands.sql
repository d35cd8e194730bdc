-- What these commands led to, as far as they were recorded.
SELECT id, digest, first_seq, last_seq, reply FROM commands WHERE region = $1 AND id = ANY($2::uuid[])
