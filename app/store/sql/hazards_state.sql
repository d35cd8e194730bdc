-- What changes when the hazards or their zones do.
SELECT (SELECT count(*) FROM hazards WHERE region = $1), (SELECT max(changed_at) FROM hazards WHERE region = $1),
       (SELECT count(*) FROM hazard_zones WHERE region = $1), (SELECT max(changed_at) FROM hazard_zones WHERE region = $1)
