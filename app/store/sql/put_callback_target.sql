-- A PSAP's call-back address, new or changed. Where there was none at all, telling begins where the ledger stands now.
WITH began AS (
    INSERT INTO callback_cursors (region, seq)
    SELECT region, seq FROM ledger_head WHERE region = $1 AND NOT EXISTS (SELECT FROM callback_targets WHERE region = $1)
    ON CONFLICT (region) DO UPDATE SET seq = excluded.seq)
INSERT INTO callback_targets (region, psap, url) VALUES ($1, $2, $3)
ON CONFLICT (region, psap) DO UPDATE SET url = excluded.url, set_at = now()
