-- The tables with row-level security on which auditor and backup have no policy of their own yet.
SELECT relname AS name FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity
  AND NOT EXISTS (SELECT FROM pg_policies AS p
                  WHERE p.schemaname = 'public' AND p.tablename = relname AND p.policyname = 'whole')
