"""The background loops: each a small verb of its own, all run, watched and stopped in one way."""
