"""How long what is personal is kept, and what ends it: an outcome, a month's end, a request. See docs/sealing.md."""
