-- Changes what an administrator may, unless that would leave nobody who lets others in. No row: it would, or unknown.
WITH others AS (
    SELECT id FROM people WHERE region = $1 AND role = 'administrator' AND state = 'active' AND id <> $2 FOR UPDATE
)
UPDATE people SET name = $3, role = $4, sectors = $5, state = $6, never_idle = $7
WHERE region = $1 AND id = $2
    AND (role <> 'administrator' OR state <> 'active' OR ($4 = 'administrator' AND $6 = 'active')
         OR EXISTS (SELECT FROM others))
RETURNING id
