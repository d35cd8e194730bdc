-- Its receiver said that it is gone for good.
UPDATE webhooks SET stopped_at = now() WHERE region = $1 AND id = $2
