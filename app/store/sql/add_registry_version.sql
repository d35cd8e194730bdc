-- Numbers an import.
INSERT INTO registry_versions (region, version, digest, signs) VALUES ($1, $2, $3, $4)
