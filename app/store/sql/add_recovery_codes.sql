-- New recovery codes, by their keyed digests.
INSERT INTO people_recovery_codes (person_id, hash) SELECT $1, unnest($2::bytea[])
