-- A new person; without a call sign given, the role and the next number that is free. No row: the login is taken.
INSERT INTO people (id, region, login, call_sign, name, role, sectors, state, never_idle, issuer, subject)
SELECT $1, $2, $3, COALESCE($4, $6 || ' ' || 1 + COALESCE((
    SELECT max(substring(call_sign FROM '[0-9]{1,8}$')::int) FROM people
    WHERE region = $2 AND call_sign ~ ('^' || $6 || ' [0-9]{1,8}$')
), 0)), $5, $6, $7, $8, $9, $10, $11
ON CONFLICT DO NOTHING
RETURNING call_sign
