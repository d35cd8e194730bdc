-- A function with a SET clause saves and restores that setting at every call, and every row image has up to three
-- instants: a tenth of an append (docs/performance.md). The text ends in Z, so no setting is needed to read it.
CREATE OR REPLACE FUNCTION instant(written text) RETURNS timestamptz
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ BEGIN RETURN written::timestamptz; END $$;
