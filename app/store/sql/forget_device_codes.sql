-- Codes that are over, a day later, when nobody sends an enrolment again whose answer was lost.
DELETE FROM device_codes WHERE region = $1 AND expires_at < $2::timestamptz - interval '1 day'
