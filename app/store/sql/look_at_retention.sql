-- Since when an event waits whose values retention has yet to settle.
SELECT extract(epoch FROM clock_timestamp() - min(l.at))::float8 AS oldest_s
  FROM ledger AS l JOIN retention_cursors AS c ON c.region = l.region AND l.seq > c.seq
 WHERE l.region = $1
