-- Adds one row to the audit trail: what was done, by whom, about what, why (sealed elsewhere).
SELECT record_audit($1, $2, $3, $4, $5, $6, $7, $8::jsonb)
