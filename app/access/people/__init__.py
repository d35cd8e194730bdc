"""People's own accounts: how they sign in, how long that lasts, how it is taken back (docs/people.md)."""
