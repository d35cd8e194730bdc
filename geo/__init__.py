"""Where things are: points, H3 cells, signs and sectors, the registry, resolving, nearest, travel time.

Standard library, h3 and numpy only; no await, no clock, no randomness, no I/O.
"""
