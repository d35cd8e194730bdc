-- Every report the ledger holds under an id of its sender: what it was, who sent it, that id, and the row it became.
SELECT CASE kind WHEN 'call.received' THEN 'call' ELSE 'alert' END AS what,
       event->'call'->>'psap' AS psap,
       coalesce(event->'call'->>'psap_call_id', event->'alert'->'source_ids'->>0, event->>'source_id') AS source_id,
       coalesce(event->'call'->>'id', event->'alert'->>'id', event->>'alert_id')::bigint AS row_id
FROM (
    SELECT kind, body::jsonb->'event' AS event FROM ledger
    WHERE region = $1 AND kind IN ('call.received', 'alert.received', 'alert.repeated')
) reports
