"""The bench: the same storm against the floor, the peer and us, one machine, one run. See docs/performance.md."""
