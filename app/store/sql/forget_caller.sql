-- A callback number's token is forgotten before its day is over.
DELETE FROM callers WHERE region = $1 AND hash = $2
