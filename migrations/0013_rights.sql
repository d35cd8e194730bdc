-- The second wall (docs/access.md). A connection says for which sectors it reads: `app.sectors`, a list with commas, or
-- `*` for the region, which the desk and the loops have. One that says nothing sees nothing. The owner of the tables
-- passes every wall, so the service runs as another role (`auxilio database roles`).

-- Whose incident a sealed value is about decides who may open it; it moves with its report.
ALTER TABLE sealed ADD COLUMN incident_id bigint;
-- First as it was recorded, then, for what is a call's or an alert's still, as it stands. Each is one pass over a table.
UPDATE sealed SET incident_id = told.incident_id
  FROM (SELECT region, incident_id, substring(body FROM '"sealed":"([0-9a-f-]{36})"') AS sealed_id FROM ledger
         WHERE kind IN ('call.received', 'call.updated', 'alert.received', 'incident.noted')) AS told
 WHERE told.region = sealed.region AND told.sealed_id = sealed.id::text;
UPDATE sealed SET incident_id = calls.incident_id
  FROM calls WHERE calls.region = sealed.region AND calls.image->>'sealed' = sealed.id::text;
UPDATE sealed SET incident_id = alerts.incident_id
  FROM alerts WHERE alerts.region = sealed.region AND alerts.image->>'sealed' = sealed.id::text;
CREATE INDEX sealed_by_incident ON sealed (region, incident_id);

-- With the owner's rights: the application itself may write none of these tables, so what is recorded comes in here,
-- under the desk's epoch, or not at all; and an append asks no policy (they took 0.65 ms of it).
DROP FUNCTION append_batch;

CREATE FUNCTION append_batch(
    p_region text, p_epoch bigint, p_first bigint, p_last bigint, p_hash bytea,
    p_command_ids uuid[], p_kinds text[], p_versions smallint[], p_ats timestamptz[], p_incident_ids bigint[],
    p_bodies text[], p_hashes bytea[],
    c_ids uuid[], c_digests bytea[], c_firsts bigint[], c_lasts bigint[], c_replies text[],
    p_rows jsonb,
    s_ids uuid[], s_kinds text[], s_wrap_keys text[], s_data_keys bytea[], s_bodies bytea[],
    s_incident_ids bigint[], m_ids uuid[], m_incident_ids bigint[],
    k_hashes bytea[], k_tokens text[], k_expires timestamptz[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE ledger_head SET seq = p_last, hash = p_hash
     WHERE region = p_region AND epoch = p_epoch AND seq = p_first - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another desk writes region %', p_region USING ERRCODE = 'AUX01';
    END IF;

    INSERT INTO ledger (region, seq, command_id, kind, version, at, incident_id, body, hash)
    SELECT p_region, p_first - 1 + t.n, t.command_id, t.kind, t.version, t.at, t.incident_id, t.body, t.hash
      FROM unnest(p_command_ids, p_kinds, p_versions, p_ats, p_incident_ids, p_bodies, p_hashes)
           WITH ORDINALITY AS t (command_id, kind, version, at, incident_id, body, hash, n);

    INSERT INTO commands (region, id, digest, first_seq, last_seq, reply)
    SELECT p_region, t.* FROM unnest(c_ids, c_digests, c_firsts, c_lasts, c_replies) AS t;

    IF p_rows ? 'incidents' THEN
        INSERT INTO incidents (region, id, image)
        SELECT p_region, (r->>'id')::bigint, r FROM jsonb_array_elements(p_rows->'incidents') AS r
        ON CONFLICT (region, id) DO UPDATE SET image = excluded.image;
    END IF;
    IF p_rows ? 'calls' THEN
        INSERT INTO calls (region, id, image)
        SELECT p_region, (r->>'id')::bigint, r FROM jsonb_array_elements(p_rows->'calls') AS r
        ON CONFLICT (region, id) DO UPDATE SET image = excluded.image;
    END IF;
    IF p_rows ? 'alerts' THEN
        INSERT INTO alerts (region, id, image)
        SELECT p_region, (r->>'id')::bigint, r FROM jsonb_array_elements(p_rows->'alerts') AS r
        ON CONFLICT (region, id) DO UPDATE SET image = excluded.image;
    END IF;
    IF p_rows ? 'ended' THEN
        INSERT INTO assignments (region, id, image)
        SELECT p_region, (r->>'id')::bigint, r FROM jsonb_array_elements(p_rows->'ended') AS r
        ON CONFLICT (region, id) DO UPDATE SET image = excluded.image;
    END IF;
    IF p_rows ? 'taken' THEN
        INSERT INTO assignments (region, id, image)
        SELECT p_region, (r->>'id')::bigint, r FROM jsonb_array_elements(p_rows->'taken') AS r
        ON CONFLICT (region, id) DO UPDATE SET image = excluded.image;
    END IF;
    IF p_rows ? 'units' THEN
        INSERT INTO units (region, id, image)
        SELECT p_region, r->>'id', r FROM jsonb_array_elements(p_rows->'units') AS r
        ON CONFLICT (region, id) DO UPDATE SET image = excluded.image;
    END IF;
    IF p_rows ? 'alarms' THEN
        INSERT INTO alarms (region, id, image)
        SELECT p_region, (r->>'id')::bigint, r FROM jsonb_array_elements(p_rows->'alarms') AS r
        ON CONFLICT (region, id) DO UPDATE SET image = excluded.image;
    END IF;
    IF p_rows ? 'towers' THEN
        INSERT INTO towers (region, id, image)
        SELECT p_region, r->>'id', r FROM jsonb_array_elements(p_rows->'towers') AS r
        ON CONFLICT (region, id) DO UPDATE SET image = excluded.image;
    END IF;
    IF p_rows ? 'sectors' THEN
        INSERT INTO sectors (region, id, image)
        SELECT p_region, r->>'id', r FROM jsonb_array_elements(p_rows->'sectors') AS r
        ON CONFLICT (region, id) DO UPDATE SET image = excluded.image;
    END IF;

    IF 'registry.imported' = ANY (p_kinds) THEN
        INSERT INTO registry_versions (region, version, digest, signs)
        SELECT p_region, (e->>'version')::bigint, e->>'digest', (e->>'signs')::int
          FROM unnest(p_kinds, p_bodies) AS t (kind, body), LATERAL (SELECT t.body::jsonb->'event' AS e) AS event
         WHERE t.kind = 'registry.imported';
        -- A sign that is known is replaced, none is ever removed.
        INSERT INTO placards (region, sign_id, kind, sector, lat, lon, cell, life, gate, route, landing_zone, landowner)
        SELECT s.region, s.sign_id, s.kind, s.sector, s.lat, s.lon, s.cell, s.life, s.gate, s.route, s.landing_zone,
               s.landowner
          FROM placards_staged AS s
          JOIN registry_versions AS v ON v.region = s.region AND v.version = s.version
         WHERE s.region = p_region
        ON CONFLICT (region, sign_id) DO UPDATE
           SET kind = excluded.kind, sector = excluded.sector, lat = excluded.lat, lon = excluded.lon,
               cell = excluded.cell, life = excluded.life, gate = excluded.gate, route = excluded.route,
               landing_zone = excluded.landing_zone, landowner = excluded.landowner;
        DELETE FROM placards_staged WHERE region = p_region;
    END IF;

    IF cardinality(s_ids) > 0 THEN
        INSERT INTO sealed (region, id, kind, wrap_key, data_key, body, incident_id)
        SELECT p_region, t.* FROM unnest(s_ids, s_kinds, s_wrap_keys, s_data_keys, s_bodies, s_incident_ids) AS t;
    END IF;
    IF cardinality(m_ids) > 0 THEN
        UPDATE sealed SET incident_id = t.incident_id
          FROM unnest(m_ids, m_incident_ids) AS t (id, incident_id)
         WHERE sealed.region = p_region AND sealed.id = t.id;
    END IF;
    IF cardinality(k_hashes) > 0 THEN
        INSERT INTO callers (region, hash, token, expires_at)
        SELECT p_region, t.* FROM unnest(k_hashes, k_tokens, k_expires) AS t
        ON CONFLICT (region, hash) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at;
    END IF;
END $$;

REVOKE EXECUTE ON FUNCTION append_batch FROM PUBLIC;

CREATE FUNCTION reads_for() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT string_to_array(current_setting('app.sectors', true), ',') $$;

-- The same rule as `incident_scope` in app/scopes.py: its sector, who helps, whose unit is on it; without a sector it is
-- everybody's. With the owner's
-- rights, because the policies of the tables it looks at would ask for it again.
CREATE FUNCTION sees_incident(p_region text, p_id bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT EXISTS (
        SELECT FROM incidents AS i
         WHERE i.region = p_region AND i.id = p_id
           AND (i.sector = ANY (reads_for())
                OR (i.sector IS NULL AND cardinality(reads_for()) > 0)
                OR EXISTS (SELECT FROM jsonb_array_elements(i.image->'shares') AS share
                            WHERE share->>'agreed_at' IS NOT NULL AND share->>'sector' = ANY (reads_for()))
                OR EXISTS (SELECT FROM assignments AS a JOIN units AS u ON u.region = a.region AND u.id = a.unit_id
                            WHERE a.region = i.region AND a.incident_id = i.id AND a.active
                              AND u.sector = ANY (reads_for()))))
    $$;

ALTER TABLE incidents ENABLE ROW LEVEL SECURITY;
ALTER TABLE calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignments ENABLE ROW LEVEL SECURITY;
ALTER TABLE alarms ENABLE ROW LEVEL SECURITY;
ALTER TABLE callbacks ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE sealed ENABLE ROW LEVEL SECURITY;
ALTER TABLE private_reads ENABLE ROW LEVEL SECURITY;

-- In a sub-select, so that the setting is read once a statement and not once a row.
CREATE POLICY region ON incidents USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY region ON calls USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY region ON alerts USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY region ON assignments USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY region ON alarms USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY region ON callbacks USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY region ON ledger USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY region ON sealed USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY region ON private_reads USING ((SELECT current_setting('app.sectors', true)) = '*');
CREATE POLICY sectors ON incidents FOR SELECT USING (sees_incident(region, id));
CREATE POLICY sectors ON calls FOR SELECT USING (sees_incident(region, incident_id));
CREATE POLICY sectors ON alerts FOR SELECT USING (sees_incident(region, incident_id));
CREATE POLICY sectors ON assignments FOR SELECT USING (sees_incident(region, incident_id));
CREATE POLICY sectors ON alarms FOR SELECT USING (sees_incident(region, incident_id));
CREATE POLICY sectors ON callbacks FOR SELECT USING (sees_incident(region, incident_id));
CREATE POLICY sectors ON ledger FOR SELECT USING (sees_incident(region, incident_id));
CREATE POLICY sectors ON sealed FOR SELECT USING (sees_incident(region, incident_id));
-- That somebody reads is recorded by whoever reads, for whatever sectors.
CREATE POLICY recorded ON private_reads FOR INSERT WITH CHECK (true);
