-- A session that goes on, of a person who may still sign in.
SELECT s.id, s.means, s.source, s.started_at, s.proved_at, s.acted_at, s.seen_at, s.ends_at,
    p.id AS person_id, p.login, p.call_sign, p.name, p.role, p.sectors, p.never_idle
FROM people_sessions s JOIN people p ON p.id = s.person_id
WHERE s.region = $1 AND s.hash = $2 AND s.ended_at IS NULL AND s.ends_at > $3 AND p.state = 'active'
