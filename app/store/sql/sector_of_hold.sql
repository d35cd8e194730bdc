-- Which sector a hold's incident is in.
SELECT i.sector FROM holds AS h JOIN incidents AS i ON i.region = h.region AND i.id = h.incident_id
 WHERE h.region = $1 AND h.id = $2
