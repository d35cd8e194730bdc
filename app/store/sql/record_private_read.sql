-- Somebody read personal data: who, what, which, why.
INSERT INTO private_reads (region, reader, what, sealed, purpose) VALUES ($1, $2, $3, $4, $5)
