-- Who holds a region's desk, and that it still lives (docs/lease.md). Apart from the head row: an append that waits for
-- a synchronous standby keeps that row locked, and renewing must not wait behind it.
CREATE TABLE leases (
    region     text PRIMARY KEY,
    holder     text,         -- the desk's secret; NULL: nobody, it was handed over or never taken
    renewed_at timestamptz,  -- by this server's clock
    CHECK ((holder IS NULL) = (renewed_at IS NULL))
);

-- PostgreSQL's timeline when the desk was last taken. After a failover it is another, and whoever takes the desk then
-- cannot know whether clients saw something that is gone: the ledger gets a new id, and old cursors are known as such.
ALTER TABLE ledger_head ADD COLUMN timeline text;
