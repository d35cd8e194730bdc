"""The policy as people read it: the tables of docs/access.md, written by `python -m app.access.table`."""

from pathlib import Path
from typing import Final

from app.access.identity import Role
from app.access.limits import LIMITS
from app.access.policy import FRAMES, HEARS, POLICY, Action, Grants

PAGE: Final = Path(__file__).parents[2] / "docs" / "access.md"
BEGIN: Final = "<!-- written by python -m app.access.table -->"
END: Final = "<!-- end of what is written -->"


def table() -> str:
    """Return the tables of actions, topics and frames, roles as columns; an empty cell is forbidden."""
    actions = [[action.value, *_cells(POLICY[action]), _limit(action)] for action in Action]
    topics = [[f"`{kind}`" if kind == "board" else f"`{kind}:...`", *_cells(grants)] for kind, grants in HEARS.items()]
    frames = [[f"`{kind}`", action.value] for kind, action in FRAMES.items()]
    roles = [role.value for role in Role]
    return "\n\n".join(
        (
            _rows(["action", *roles, "limit"], actions),
            "What may be listened to on the stream:",
            _rows(["topic", *roles], topics),
            "What may be sent on it, by a device for the unit that is its own:",
            _rows(["frame", "action"], frames),
        )
    )


def _cells(grants: Grants) -> list[str]:
    return [str(grants.get(role, "")) for role in Role]


def _limit(action: Action) -> str:
    limit = LIMITS.get(action)
    return "none" if limit is None else f"{limit.per_s:g}/s, {limit.burst} at once"


def _rows(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def written(page: str) -> str:
    """Return the page with today's table between its marks."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
