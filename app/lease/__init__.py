"""The lease: which process holds the desk of a region, and how the next one gets it. docs/lease.md has the reasons.

One row of PostgreSQL, `leases`, names the holder by its secret and says when it last lived, by the server's own clock.
The head row of the ledger carries the epoch. The lease decides who *should* write, the epoch who *can*: no timing, no
clock and no pause can make two desks write, because every append moves the head row under its epoch, and taking the
desk raises it. The lease only keeps the second from taking it while the first is well.

**The holder** keeps a session of its own for the lease. With it, it renews the row every quarter of a second, without
waiting for a standby or a disk: a renewal that is lost only makes the lease end earlier. The same session holds an
advisory lock on the secret, so that everybody sees when the holder's process is gone: the kernel closes its sockets.
A renewal that finds another holder in the row means: stop. A holder that cannot reach PostgreSQL goes on trying; it can
record nothing, so nothing can go wrong.

**A candidate** looks five times a second, and takes the desk when

- nobody holds it: it was handed over, or never taken;
- the holder's session is gone and the row was not renewed for three quarters of a second (a crash; a holder whose
  connection broke is back sooner);
- the row was not renewed for two seconds, session or not (paused, cut off, a machine without power).

"Not renewed" is what the candidate saw by its own monotonic clock; only of the time before its first look it must
believe the server's. So no step of any clock makes a living holder look dead. After an outage of PostgreSQL the holder
has the full two seconds to come back, counted from when PostgreSQL answered the candidate again.

**Taking** is one statement and one synchronous commit, before anything is read: the row must still be as it was seen,
the candidate writes its secret into it, and the head's epoch rises. Two candidates cannot both find the row as they saw
it. The UPDATE of the head waits for an append that is on its way, and no append under the old epoch succeeds after it.
Only then is the board read, and the takeover recorded, which gives open offers more time.

**The old holder**, if it wakes up, finds its epoch gone at the first append (`AUX01`), or another's secret at its next
renewal, whichever comes first; it answers everybody 503 and its process ends with status 3. What starts it again makes
it a candidate. It never writes in between.

**Going in good order** (SIGTERM): what is in hand is finished, whoever comes later is told to send it to the next desk,
the row is emptied, and the next candidate's look takes it.

Who waits at a gateway notices little: the link keeps each request until it is answered, finds the next desk by the head
row, and sends it again under the same id; what an earlier desk recorded is answered as it answered.
"""
