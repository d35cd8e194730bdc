-- What outcomes up to here say was done.
UPDATE retention_cursors SET seq = $2 WHERE region = $1
