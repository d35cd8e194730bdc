"""What waits for a person: open incidents without a unit, and alarms that nobody took on: counts and ages."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from app.doctor.finding import Finding, ok, warn, wrong
from app.doctor.scene import Scene
from app.doctor.service import address_of
from app.doctor.units import count, span
from dispatch.status import AlarmKind, Where

WAITS_LONG_S: Final = 600.0  # design 4: the ageing of the highest priorities
UNTAKEN_S: Final = 60.0  # an alarm is raised again after it
UNTAKEN_LONG_S: Final = 600.0


async def look(scene: Scene) -> AsyncIterator[Finding]:
    console = f"{address_of(scene.settings)}/console"
    waiting = await scene.store.fetch("count_waiting", scene.region)
    yield of_incidents(waiting, console)
    for finding in of_alarms(await scene.store.fetch("count_untaken_alarms", scene.region), console):
        yield finding


def of_incidents(rows: Sequence[Any], console: str) -> Finding:
    """Say where the open incidents are. One with a unit is looked after; each other one waits."""
    n = sum(row["n"] for row in rows)
    places = ", ".join(f"{row['n']} {row['place_in'].replace('_', ' ')}" for row in rows) or "none"
    without = [row for row in rows if row["place_in"] != Where.ASSIGNED]
    oldest_s = max((row["oldest_s"] for row in without), default=0.0)
    said = f"{count(n, 'incident')} open ({places})"
    if not without:
        return ok(said)
    said += f"; the oldest without a unit came {span(oldest_s)} ago"
    if oldest_s < WAITS_LONG_S:
        return ok(said)
    return warn(said, "Somebody out there waits: give it a unit or a decision.", console)


def of_alarms(rows: Sequence[Any], console: str) -> list[Finding]:
    """Say which alarms nobody took on; a mayday, or any after ten minutes, is wrong."""
    found = []
    for row in rows:
        said = f"{count(row['n'], 'alarm')} `{row['kind']}` not taken on, the oldest for {span(row['oldest_s'])}"
        is_grave = row["oldest_s"] > UNTAKEN_LONG_S or row["kind"] == AlarmKind.MAYDAY
        if row["oldest_s"] < UNTAKEN_S and not is_grave:
            found.append(ok(said))
        else:
            found.append((wrong if is_grave else warn)(said, "Is anybody at the console? Take it on there.", console))
    return found or [ok("every alarm is taken on")]
