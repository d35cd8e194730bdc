-- What a service has to be allowed and this role is not: reading each table, and the function that appends.
SELECT c.relname::text AS name FROM pg_class AS c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT has_table_privilege(c.oid, 'SELECT')
 UNION ALL
SELECT p.proname::text FROM pg_proc AS p
 WHERE p.pronamespace = 'public'::regnamespace AND p.proname = 'append_batch' AND NOT has_function_privilege(p.oid, 'EXECUTE')
 ORDER BY 1
