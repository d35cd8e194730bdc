-- A hold begins; one of the same kind that stands already stays.
INSERT INTO holds (region, incident_id, kind, reason, set_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING id
