"""Backups: made and restored by PostgreSQL's own programs, and proved to be worth something by a drill."""
