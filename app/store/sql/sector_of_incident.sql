-- Which sector an incident is in, open or closed.
SELECT sector FROM incidents WHERE region = $1 AND id = $2
