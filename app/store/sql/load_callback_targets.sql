-- Where each PSAP wants to be called back.
SELECT psap, url FROM callback_targets WHERE region = $1 ORDER BY psap
