-- Where each region's ledger stands.
SELECT region, ledger_id, seq FROM ledger_head ORDER BY region
