-- One round trip records a whole batch, or nothing of it. The head row is moved first, under the desk's epoch: no row
-- means that another desk writes (SQLSTATE AUX01). Rows that release a unit come before rows that take one, in a
-- statement of their own, because the statements of one query would share a snapshot.
CREATE FUNCTION append_batch(
    p_region text, p_epoch bigint, p_first bigint, p_last bigint, p_hash bytea,
    p_command_ids uuid[], p_kinds text[], p_versions smallint[], p_ats timestamptz[], p_incident_ids bigint[],
    p_bodies text[], p_hashes bytea[],
    c_ids uuid[], c_digests bytea[], c_firsts bigint[], c_lasts bigint[], c_replies text[],
    p_rows jsonb,
    s_ids uuid[], s_kinds text[], s_wrap_keys text[], s_data_keys bytea[], s_bodies bytea[],
    k_hashes bytea[], k_tokens text[], k_expires timestamptz[]
) RETURNS void LANGUAGE plpgsql AS $$
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
        INSERT INTO sealed (region, id, kind, wrap_key, data_key, body)
        SELECT p_region, t.* FROM unnest(s_ids, s_kinds, s_wrap_keys, s_data_keys, s_bodies) AS t;
    END IF;
    IF cardinality(k_hashes) > 0 THEN
        INSERT INTO callers (region, hash, token, expires_at)
        SELECT p_region, t.* FROM unnest(k_hashes, k_tokens, k_expires) AS t
        ON CONFLICT (region, hash) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at;
    END IF;
END $$;
