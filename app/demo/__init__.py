"""`auxilio demo`: the service on a synthetic border, driven by a process of its own through what is public only."""
