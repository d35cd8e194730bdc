-- One more signed head.
INSERT INTO signed_heads (region, at, statement, signature) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
