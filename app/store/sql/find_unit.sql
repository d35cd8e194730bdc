-- Whether a unit is known.
SELECT id FROM units WHERE region = $1 AND id = $2
