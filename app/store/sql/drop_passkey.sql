-- Removes a passkey, unless it is the person's only way in. No row: it is, or there is none such.
DELETE FROM people_passkeys k USING people p
WHERE k.person_id = $1 AND k.id = $2 AND p.id = k.person_id
    AND (p.password_hash IS NOT NULL OR p.subject IS NOT NULL
         OR EXISTS (SELECT FROM people_passkeys o WHERE o.person_id = $1 AND o.id <> $2))
RETURNING k.id
