-- How many administrators can sign in.
SELECT count(*) AS found FROM people WHERE region = $1 AND role = 'administrator' AND state = 'active'
