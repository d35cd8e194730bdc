"""Webhooks out: what happens, told to addresses of others; signed, repeated, given up, told again, all of it logged."""
