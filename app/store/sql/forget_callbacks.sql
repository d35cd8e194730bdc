-- What is done is forgotten after a week.
DELETE FROM callbacks WHERE region = $1 AND state <> 'pending' AND done_at < now() - interval '7 days'
