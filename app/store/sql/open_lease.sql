-- Makes a region that nobody has written yet known: a head at 0, and a lease that nobody holds. Inserts nothing that is
-- there, for ON CONFLICT alone would wait for whoever is changing that row: an append that waits for the standby.
WITH head AS (
    INSERT INTO ledger_head (region)
    SELECT $1 WHERE NOT EXISTS (SELECT FROM ledger_head WHERE region = $1)
    ON CONFLICT DO NOTHING)
INSERT INTO leases (region)
SELECT $1 WHERE NOT EXISTS (SELECT FROM leases WHERE region = $1)
ON CONFLICT DO NOTHING
