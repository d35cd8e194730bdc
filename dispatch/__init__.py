"""What to do: commands in, events out, and the board they move.

Standard library and geo only; no await, no clock, no randomness, no I/O, no logging.
"""
