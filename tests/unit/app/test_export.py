"""What is handed out by area never lets one person be told from others."""

from typing import Any

import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.export import COUNTED, LEAST, RESOLUTION, fold, to_csv

CELLS = [h3.latlng_to_cell(31.5 + n / 20, -111.5, 9) for n in range(6)]


def row(cell: str | None, n: int, outcome: str = "found_well", month: str = "2026-11") -> dict[str, Any]:
    return {"month": month, "cell": cell, "outcome": outcome, "n": n}


def test_places_are_coarse_and_those_with_few_go_together() -> None:
    rows = fold([row(CELLS[0], 6), row(CELLS[0], 1, "not_found"), row(CELLS[1], 3), row(CELLS[2], 2), row(None, 1)])
    coarse = h3.cell_to_parent(CELLS[0], RESOLUTION)
    assert rows == [
        {"month": "2026-11", "cell": "", "incidents": 6, "found": 6, "not_found": None},
        {"month": "2026-11", "cell": coarse, "incidents": 7, "found": 6, "not_found": None},
    ]


def test_a_month_with_fewer_than_five_is_not_told_of() -> None:
    assert fold([row(CELLS[0], 4), row(CELLS[1], 12, month="2026-12")])[0]["month"] == "2026-12"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*CELLS, None]), st.integers(1, 9), st.sampled_from(["found_well", "not_found", None])
        ),
        max_size=30,
    )
)
def test_no_count_is_smaller_than_five(given_rows: list[tuple[str | None, int, str | None]]) -> None:
    rows = fold([{"month": "2026-11", "cell": cell, "n": n, "outcome": outcome} for cell, n, outcome in given_rows])
    for one in rows:
        assert one["incidents"] >= LEAST
        assert all(one[name] is None or one[name] >= LEAST for name in COUNTED[3:])
    assert sum(one["incidents"] for one in rows) <= sum(n for _, n, _ in given_rows)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_field_of_a_table_is_taken_for_a_formula(text: str) -> None:
    line = to_csv([{"by": text}], ["by"]).partition("\n")[2]
    assert line.strip('"').startswith("'")
