-- The newest registry version.
SELECT version, digest FROM registry_versions WHERE region = $1 ORDER BY version DESC LIMIT 1
