-- These hazards were taken back or replaced.
DELETE FROM hazards WHERE region = $1 AND id = ANY($2::text[])
