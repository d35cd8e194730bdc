-- Makes a region that nobody has written yet known: a head at 0, and a lease that nobody holds.
WITH head AS (INSERT INTO ledger_head (region) VALUES ($1) ON CONFLICT DO NOTHING)
INSERT INTO leases (region) VALUES ($1) ON CONFLICT DO NOTHING
