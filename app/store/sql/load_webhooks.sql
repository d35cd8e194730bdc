-- The webhooks of a region with how their deliveries stand.
SELECT w.id, w.url, w.kinds, w.sectors, w.from_seq, w.made_by, w.made_at, w.stopped_at,
       count(d.id) FILTER (WHERE d.state = 'waiting') AS waiting,
       count(d.id) FILTER (WHERE d.state = 'delivered') AS delivered,
       count(d.id) FILTER (WHERE d.state = 'dead') AS dead
  FROM webhooks AS w LEFT JOIN webhook_deliveries AS d ON d.region = w.region AND d.webhook_id = w.id
 WHERE w.region = $1
 GROUP BY w.region, w.id
 ORDER BY w.made_at, w.id
