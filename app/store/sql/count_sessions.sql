-- How many sessions this server has, and how many it takes.
SELECT sum(numbackends)::int AS n, current_setting('max_connections')::int AS most FROM pg_stat_database
