-- Who outside has taken nothing for so long, though something waits for them.
SELECT 'call-backs to ' || c.psap AS whose FROM callbacks AS c JOIN callback_targets AS t USING (region, psap)
 WHERE c.region = $1 AND c.state = 'pending' GROUP BY c.psap HAVING min(c.made_at) < now() - $2::interval
UNION ALL
SELECT 'webhook ' || d.webhook_id FROM webhook_deliveries AS d
  JOIN webhooks AS w ON w.region = d.region AND w.id = d.webhook_id
 WHERE d.region = $1 AND d.state = 'waiting' AND w.stopped_at IS NULL
 GROUP BY d.webhook_id HAVING min(d.made_at) < now() - $2::interval
