-- Forgets an import that was never recorded.
DELETE FROM placards_staged WHERE region = $1
