"""Finding the towers that have gone silent, and those heard again: a button nobody can hear is an alarm."""

import asyncio
from collections.abc import Container
from datetime import datetime
from typing import Final

from app.interop.tower.health import silent_since
from app.services import Services
from dispatch.commands import ReportTower
from dispatch.entities import Tower

PAUSE_S: Final = 2.0
ROUND_MAX: Final = 200  # towers told of in one round; a dead network server silences all 170


async def keep_towers(services: Services) -> None:
    """Write what the towers' devices said, and learn of bindings made in other processes."""
    await services.tower_health.keep(services.pool, services.settings.region)
    await services.devices.load(services.pool, services.settings.region)


async def find_silent_towers(services: Services, listening_since: datetime) -> None:
    """Report each tower whose every device has missed its heartbeats, once, and each that is heard again.

    A tower heard again is reported as of now: when it fell silent was our guess, and a message that was long under way
    may be older than that guess. A tower whose last device was unbound is silent no more: nobody waits for it.
    """
    settings, now = services.settings, services.clock.now()
    rows = await services.tower_health.load(services.pool, settings.region, settings.tower_heartbeat_s)
    reports = []
    expected = silent_since(rows, listening_since)
    for tower_id, since in expected.items():
        known = services.view.board.towers.get(tower_id)
        is_silent = since <= now
        if is_silent == (known is not None and known.silent):
            continue
        at = since if is_silent and not (known and known.silent_at and known.silent_at >= since) else now
        sign = services.signs.find(tower_id)
        what = "silent" if is_silent else "heartbeat"
        reports.append(ReportTower(tower_id, sign.sector if sign else None, what, is_silent, at))
    reports += [ReportTower(t.id, t.sector, "silent", False, now) for t in _expected_no_more(services, expected)]
    await asyncio.gather(*(services.ask(report, by="silence") for report in reports[:ROUND_MAX]))


def _expected_no_more(services: Services, expected: Container[str]) -> list[Tower]:
    return [tower for tower in services.view.board.towers.values() if tower.silent and tower.id not in expected]
