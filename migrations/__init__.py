"""The schema, forward only: one numbered .sql file per step, applied in order, each in its own transaction."""
