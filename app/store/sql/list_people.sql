-- Everybody, with the sessions that are open.
SELECT p.*,
    (SELECT count(*) FROM people_passkeys k WHERE k.person_id = p.id) AS passkeys,
    (SELECT count(*) FROM people_sessions s WHERE s.person_id = p.id AND s.ended_at IS NULL AND s.ends_at > $2) AS sessions,
    (SELECT max(s.seen_at) FROM people_sessions s WHERE s.person_id = p.id) AS seen_at
FROM people p WHERE p.region = $1 ORDER BY p.call_sign
