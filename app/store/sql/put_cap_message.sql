-- A message was taken; it may have been heard of before.
INSERT INTO cap_messages AS m (region, id, root, sent) VALUES ($1, $2, $3, $4)
ON CONFLICT (region, id) DO UPDATE SET sent = excluded.sent WHERE m.sent IS NULL
