-- A PSAP's call-back address, new or changed. Where there was none at all, telling begins at the ledger's head.
WITH first AS (DELETE FROM callback_cursors WHERE region = $1 AND NOT EXISTS (SELECT FROM callback_targets WHERE region = $1))
INSERT INTO callback_targets (region, psap, url) VALUES ($1, $2, $3)
ON CONFLICT (region, psap) DO UPDATE SET url = excluded.url, set_at = now()
