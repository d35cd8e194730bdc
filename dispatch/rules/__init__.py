"""The rules, a module per noun. Each is a generator: it yields an event and sees the board with that event folded.

So a rule reads like the sentence it is, and what it has decided is always already true for what it decides next.
"""
