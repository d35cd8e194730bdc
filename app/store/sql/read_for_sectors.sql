-- Narrows the rest of this transaction to what these sectors may see.
SELECT set_config('app.sectors', $1, true)
