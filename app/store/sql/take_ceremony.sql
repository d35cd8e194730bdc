-- Takes what a step left, once.
DELETE FROM people_ceremonies WHERE hash = $1 AND kind = $2 RETURNING body, ends_at
