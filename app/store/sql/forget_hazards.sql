-- Hazards that ended a day ago, and messages of chains nobody continues any more.
WITH gone AS (DELETE FROM hazards WHERE region = $1 AND ends_at < now() - interval '1 day')
DELETE FROM cap_messages WHERE region = $1 AND taken_at < now() - interval '90 days'
