-- How long what is personal is kept, who opened it, and what proves that nothing was rewritten.

-- Whose each sealed value is: its time runs from the outcome of that call's, alert's or note's incident, wherever the
-- call is moved to. `number`: keyed digest of the callback number, so that what belongs to a caller can be found.
CREATE TABLE holdings (
    region      text NOT NULL,
    sealed      uuid NOT NULL,
    holder_kind text NOT NULL CHECK (holder_kind IN ('call', 'alert', 'incident')),
    holder_id   bigint NOT NULL,
    number      bytea,
    PRIMARY KEY (region, sealed)
);
CREATE INDEX holdings_by_holder ON holdings (region, holder_kind, holder_id);
CREATE INDEX holdings_by_number ON holdings (region, number) WHERE number IS NOT NULL;
CREATE INDEX sealed_by_key ON sealed (wrap_key, region, id);

INSERT INTO holdings (region, sealed, holder_kind, holder_id)
SELECT DISTINCT ON (region, sealed) region, sealed, holder_kind, holder_id
  FROM (SELECT region, seq, (event->'call'->>'sealed')::uuid AS sealed, 'call' AS holder_kind,
               (event->'call'->>'id')::bigint AS holder_id
          FROM (SELECT region, seq, body::jsonb->'event' AS event FROM ledger
                 WHERE kind IN ('call.received', 'call.updated')) AS calls
         UNION ALL
        SELECT region, seq, (event->'alert'->>'sealed')::uuid, 'alert', (event->'alert'->>'id')::bigint
          FROM (SELECT region, seq, body::jsonb->'event' AS event FROM ledger WHERE kind = 'alert.received') AS alerts
         UNION ALL
        SELECT region, seq, (event->>'sealed')::uuid, 'incident', (event->>'incident_id')::bigint
          FROM (SELECT region, seq, body::jsonb->'event' AS event FROM ledger WHERE kind = 'incident.noted') AS notes
       ) AS told
 WHERE holder_id IS NOT NULL
 ORDER BY region, sealed, seq;

-- Called beside `append_batch`, in the same statement and so the same transaction.
CREATE FUNCTION record_holdings(p_region text, h_sealed uuid[], h_kinds text[], h_ids bigint[], h_numbers bytea[])
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(h_sealed) > 0 THEN
        INSERT INTO holdings (region, sealed, holder_kind, holder_id, number)
        SELECT p_region, t.* FROM unnest(h_sealed, h_kinds, h_ids, h_numbers) AS t;
    END IF;
END $$;

-- Nothing of these incidents is purged or erased while a hold stands. The reasons are sealed.
CREATE TABLE holds (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region         text NOT NULL,
    incident_id    bigint NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('legal', 'inquiry')),
    reason         uuid NOT NULL,
    set_by         text NOT NULL,
    set_at         timestamptz NOT NULL DEFAULT now(),
    release_reason uuid,
    released_by    text,
    released_at    timestamptz,
    CHECK ((released_at IS NULL) = (released_by IS NULL)),
    CHECK ((released_at IS NULL) = (release_reason IS NULL))
);
CREATE UNIQUE INDEX holds_standing ON holds (region, incident_id, kind) WHERE released_at IS NULL;

-- Where a value's time begins: the outcome of the incident it is with now, or of the one that is a duplicate of.
-- No outcome, not found, or a hold anywhere on the way: it has not begun, and `ended_at` is null.
CREATE FUNCTION kept_for(p_region text, p_kind text, p_holder bigint)
    RETURNS TABLE (incident_id bigint, ended_at timestamptz, is_held boolean, is_open boolean) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE way AS (
        SELECT i.id, i.outcome, i.closed_at, (i.image->>'duplicate_of')::bigint AS duplicate_of, 1 AS step
          FROM incidents AS i
         WHERE i.region = p_region
           AND i.id = CASE p_kind
                 WHEN 'call' THEN (SELECT c.incident_id FROM calls AS c WHERE c.region = p_region AND c.id = p_holder)
                 WHEN 'alert' THEN (SELECT a.incident_id FROM alerts AS a WHERE a.region = p_region AND a.id = p_holder)
                 ELSE p_holder END
         UNION ALL
        SELECT i.id, i.outcome, i.closed_at, (i.image->>'duplicate_of')::bigint, way.step + 1
          FROM way JOIN incidents AS i ON i.region = p_region AND i.id = way.duplicate_of
         WHERE way.step < 32
    ), standing AS (
        SELECT EXISTS (SELECT FROM way JOIN holds AS h ON h.region = p_region AND h.incident_id = way.id
                        WHERE h.released_at IS NULL) AS is_held
    )
    SELECT way.id, CASE WHEN NOT standing.is_held AND way.outcome <> 'not_found' THEN way.closed_at END, standing.is_held,
           way.closed_at IS NULL
      FROM way, standing ORDER BY way.step DESC LIMIT 1
$$;

CREATE INDEX incidents_duplicates ON incidents (region, ((image->>'duplicate_of')::bigint))
    WHERE image->>'duplicate_of' IS NOT NULL;

-- How far the ledger was read for outcomes.
CREATE TABLE retention_cursors (
    region text PRIMARY KEY,
    seq    bigint NOT NULL
);

-- What was done with personal data: opened, held, released, erased, exported, purged. Chained like the ledger, over
-- the text as stored. What somebody gave as a reason is sealed, and only named here.
CREATE TABLE audit_trail (
    region      text NOT NULL,
    seq         bigint NOT NULL,
    body        text NOT NULL,
    hash        bytea NOT NULL,
    at          timestamptz NOT NULL GENERATED ALWAYS AS (instant(body::jsonb->>'at')) STORED,
    act         text NOT NULL GENERATED ALWAYS AS (body::jsonb->>'act') STORED,
    by          text NOT NULL GENERATED ALWAYS AS (body::jsonb->>'by') STORED,
    role        text GENERATED ALWAYS AS (body::jsonb->>'role') STORED,
    about       text GENERATED ALWAYS AS (body::jsonb->>'about') STORED,
    incident_id bigint GENERATED ALWAYS AS ((body::jsonb->>'incident_id')::bigint) STORED,
    reason      uuid GENERATED ALWAYS AS ((body::jsonb->>'reason')::uuid) STORED,
    PRIMARY KEY (region, seq)
);
CREATE INDEX audit_trail_by_time ON audit_trail (region, at);
CREATE INDEX audit_trail_by_incident ON audit_trail (region, incident_id) WHERE incident_id IS NOT NULL;

-- Where the trail stands, and what stood before its first row: old rows end at their time, the chain does not break.
CREATE TABLE audit_heads (
    region       text PRIMARY KEY,
    seq          bigint NOT NULL DEFAULT 0,
    hash         bytea NOT NULL DEFAULT '\x'::bytea,
    first_seq    bigint NOT NULL DEFAULT 1,
    first_before bytea NOT NULL DEFAULT '\x'::bytea
);

-- Adds one row to the trail; the head row is locked first, so the processes take turns. With the owner's rights: who
-- may add a row need not be able to change one.
CREATE FUNCTION record_audit(p_region text, p_act text, p_by text, p_role text, p_about text, p_incident bigint,
                             p_reason uuid, p_more jsonb) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head audit_heads;
    line text;
BEGIN
    INSERT INTO audit_heads (region) VALUES (p_region) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM audit_heads WHERE region = p_region FOR UPDATE;
    line := jsonb_build_object(
        'seq', head.seq + 1,
        'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'act', p_act, 'by', p_by, 'role', p_role, 'about', p_about, 'incident_id', p_incident, 'reason', p_reason,
        'more', p_more)::text;
    head.hash := sha256(head.hash || convert_to(line, 'UTF8'));
    INSERT INTO audit_trail (region, seq, body, hash) VALUES (p_region, head.seq + 1, line, head.hash);
    UPDATE audit_heads SET seq = head.seq + 1, hash = head.hash WHERE region = p_region;
    RETURN head.seq + 1;
END $$;

-- Ends the trail's rows older than an instant; what the first kept row follows is kept with the head.
CREATE FUNCTION end_audit(p_region text, p_before timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last_seq bigint;
BEGIN
    PERFORM FROM audit_heads WHERE region = p_region FOR UPDATE;
    SELECT min(seq) - 1 INTO last_seq FROM audit_trail WHERE region = p_region AND at >= p_before;
    IF last_seq IS NULL THEN
        SELECT max(seq) INTO last_seq FROM audit_trail WHERE region = p_region AND at < p_before;
    END IF;
    UPDATE audit_heads AS h SET first_seq = t.seq + 1, first_before = t.hash
      FROM audit_trail AS t WHERE h.region = p_region AND t.region = p_region AND t.seq = last_seq;
    DELETE FROM audit_trail WHERE region = p_region AND seq <= last_seq;
    RETURN last_seq;
END $$;

-- What was recorded before there was a trail; its purposes stood in the open, and are left behind.
DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT * FROM private_reads ORDER BY id LOOP
        PERFORM record_audit(old.region, 'read', old.reader, NULL, old.sealed::text, NULL, NULL,
                             jsonb_build_object('what', old.what, 'read_at', old.at));
    END LOOP;
END $$;
DROP TABLE private_reads;

-- Where ledger and trail stood, signed once a minute; a copy is kept elsewhere. A chain alone can be rewritten whole.
CREATE TABLE signed_heads (
    region    text NOT NULL,
    at        timestamptz NOT NULL,
    statement text NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (region, at)
);

-- The second wall (0013): a connection that speaks for some sectors sees none of these.
ALTER TABLE holdings ENABLE ROW LEVEL SECURITY;
ALTER TABLE holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_trail ENABLE ROW LEVEL SECURITY;
CREATE POLICY region ON holdings USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY region ON holds USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY region ON audit_trail USING ((SELECT current_setting('app.sectors', true)) = '*');
REVOKE EXECUTE ON FUNCTION record_audit, end_audit FROM PUBLIC;

CREATE INDEX unit_tracks_by_time ON unit_tracks USING brin (fixed_at);
