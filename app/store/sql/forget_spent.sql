-- What was used once and is over by itself.
DELETE FROM spent WHERE region = $1 AND until < $2
