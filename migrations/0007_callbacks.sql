-- What became of a caller, told to the PSAP that sent the call: where to, how far the ledger was read, what waits.
CREATE TABLE callback_targets (
    region text NOT NULL,
    psap   text NOT NULL,  -- the name of the PSAP's key, as calls carry it
    url    text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, psap)
);

CREATE TABLE callback_cursors (
    region text PRIMARY KEY,
    seq    bigint NOT NULL  -- call-backs of every event up to here are in the outbox
);

CREATE TABLE callbacks (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region       text NOT NULL,
    psap         text NOT NULL,
    seq          bigint NOT NULL,
    psap_call_id text NOT NULL,
    event        text NOT NULL CHECK (event IN ('accepted', 'rejected', 'dispatched', 'on_scene', 'closed', 'reopened')),
    incident_id  bigint NOT NULL,
    body         text NOT NULL,
    state        text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    tries        int NOT NULL DEFAULT 0,
    reason       text,
    made_at      timestamptz NOT NULL DEFAULT now(),
    due_at       timestamptz NOT NULL DEFAULT now(),
    done_at      timestamptz,
    UNIQUE (region, seq, psap, psap_call_id),  -- an event is told once, however often the ledger is read
    CHECK ((state = 'pending') = (done_at IS NULL))
);
CREATE INDEX callbacks_pending ON callbacks (region, psap, id) WHERE state = 'pending';
CREATE INDEX callbacks_done ON callbacks (region, done_at) WHERE state <> 'pending';

-- A partner's key follows incidents and changes nothing.
ALTER TABLE keys DROP CONSTRAINT keys_role_check;
ALTER TABLE keys ADD CONSTRAINT keys_role_check
    CHECK (role IN ('psap', 'tower', 'agent', 'dispatcher', 'tracker', 'partner'));
