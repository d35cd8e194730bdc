"""A short round of `make chaos`: one scene, the faults that other tests do not have, every promise checked after each."""

import asyncio

from loadtests.chaos.__main__ import chaos
from loadtests.chaos.faults import FAULTS

# The rest of the matrix has tests of its own: test_kill, test_lease, test_failover, test_outages, test_leaving.
SHORT = ("desk: killed at the N-th system call", "link: cut", "PostgreSQL: EIO", "clock: -10 min", "desk, PostgreSQL")
SEED = 31


async def test_a_short_round_of_faults_loses_doubles_and_forgets_nothing() -> None:
    faults = [fault for fault in FAULTS if fault.name.startswith(SHORT)]
    assert len(faults) == len(SHORT)
    rows = await asyncio.wait_for(chaos(faults, 1, SEED), 240)
    assert [str(row) for row in rows if not row.is_good] == []
    assert sum(row.acked for row in rows) > 100
