-- Call-backs into the outbox; those of an event that was read before are there already.
INSERT INTO callbacks (region, psap, seq, psap_call_id, event, incident_id, body)
SELECT $1, t.* FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[]) AS t
ON CONFLICT DO NOTHING
