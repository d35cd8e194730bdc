-- Where the trail stands and where it begins.
SELECT seq, hash, first_seq, first_before FROM audit_heads WHERE region = $1
