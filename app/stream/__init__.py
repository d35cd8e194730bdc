"""The stream: one websocket, one envelope; clients replace rows and hold no rules. See docs/stream.md."""
