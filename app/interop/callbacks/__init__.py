"""Call-backs to the PSAP that sent a call, in ASAP's manner: it always knows what became of its caller.

The ledger is read behind the desk; what a PSAP has to hear goes into an outbox in the same transaction that moves the
cursor, so nothing is told twice or forgotten, whatever dies when. It goes out in order per PSAP, signed, with back-off.
"""
