"""A short round of the matrix: `make chaos` strikes everything, three times each."""

from loadtests.chaos.faults import SHORT
from loadtests.chaos.matrix import short_round

SEED = 7
ALL_BROKEN_S = 20.0  # no fault of these keeps a call waiting for longer


async def test_no_fault_of_the_short_round_loses_or_doubles_a_promise() -> None:
    rows = await short_round(SEED)
    assert [row.fault for row in rows if row.times == 1] == list(SHORT), "each was struck"
    for row in rows:
        assert row.is_good, f"{row}\n{row.found}"
        assert row.posted > 10, f"hardly anybody called: {row}"
        assert max(row.recoveries_s) < ALL_BROKEN_S, row
