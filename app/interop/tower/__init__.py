"""Rescue towers: what their devices say, whatever network carried it; whose device speaks for which tower; health."""
