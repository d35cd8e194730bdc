-- Makes links of a person that were not used worthless.
DELETE FROM people_links WHERE region = $1 AND person_id IS NOT DISTINCT FROM $2 AND used_at IS NULL
