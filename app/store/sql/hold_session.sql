-- Marks this session as the one of a desk's secret, for as long as it lives.
SELECT pg_advisory_lock(hashtextextended($1, 0))
