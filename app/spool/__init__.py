"""Distress kept on local disk while it cannot be recorded, and recorded when it can. See docs/spool.md."""
