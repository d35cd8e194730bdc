-- Data keys wrapped anew; a value that somebody else moved meanwhile stays as it is.
UPDATE sealed AS s SET wrap_key = t.wrap_key, data_key = t.data_key
  FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[]) AS t (id, before, wrap_key, data_key)
 WHERE s.region = $1 AND s.id = t.id AND s.wrap_key = t.before
