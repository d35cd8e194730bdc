"""Breaking a whole installation, for real, while people call: `python -m loadtests.chaos`.

The scene is a primary PostgreSQL and its synchronous standby, a Valkey, two processes that may hold the desk, and a
gateway that PSAPs, agents' devices and a dispatcher talk to. One fault strikes at a time, at a random moment. After
each the checker compares what clients were promised with what the ledger holds.
"""
