-- Whether this role owns the ledger, may change it, or passes row-level security.
SELECT r.rolsuper OR r.rolbypassrls OR pg_has_role(current_user, c.relowner, 'MEMBER')
       OR has_table_privilege('ledger', 'UPDATE') OR has_table_privilege('ledger', 'DELETE')
FROM pg_roles AS r, pg_class AS c WHERE r.rolname = current_user AND c.oid = 'ledger'::regclass
