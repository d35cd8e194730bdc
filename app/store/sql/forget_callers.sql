-- Forgets the caller tokens whose 24 hours are over.
DELETE FROM callers WHERE region = $1 AND expires_at < now()
