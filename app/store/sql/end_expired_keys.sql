-- Keys whose time is over are revoked, so that they count no more.
UPDATE keys SET revoked_at = expires_at WHERE region = $1 AND revoked_at IS NULL AND expires_at <= now()
