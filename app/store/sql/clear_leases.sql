-- Nobody holds a desk in a database that was just restored.
UPDATE leases SET holder = NULL, renewed_at = NULL
