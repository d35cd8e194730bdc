-- These incidents, and what is a duplicate of them, and of those.
WITH RECURSIVE near AS (
    SELECT unnest($2::bigint[]) AS id
     UNION
    SELECT i.id FROM near JOIN incidents AS i ON i.region = $1 AND (i.image->>'duplicate_of')::bigint = near.id
     WHERE i.image->>'duplicate_of' IS NOT NULL
)
SELECT id FROM near
