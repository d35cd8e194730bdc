-- What a command led to, if it was recorded.
SELECT digest, first_seq, last_seq, reply FROM commands WHERE region = $1 AND id = $2
