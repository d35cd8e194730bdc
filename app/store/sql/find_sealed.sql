-- The incident a sealed value is about.
SELECT incident_id FROM sealed WHERE region = $1 AND id = $2
