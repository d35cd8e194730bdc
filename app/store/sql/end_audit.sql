-- Rows of the trail from before an instant are gone; the chain goes on from where they ended.
SELECT end_audit($1, $2)
