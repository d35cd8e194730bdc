-- Where units were before an instant is forgotten.
DELETE FROM unit_tracks WHERE region = $1 AND fixed_at < $2
