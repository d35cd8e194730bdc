-- Holding, purging and erasing take turns, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('auxilio retention ' || $1, 0))
