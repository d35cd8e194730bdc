"""Telling clients what has no seq: positions once a second, and the pulse that says how old their picture is."""

from time import monotonic
from typing import Any, Final

from app.access.identity import DESK
from app.codec import to_json
from app.positions import Fix
from app.scopes import BOARD
from app.services import Services

POSITIONS_S: Final = 1.0
PULSE_LOOK_S: Final = 0.5
PULSE_S: Final = dict.fromkeys(DESK, 5.0)  # design 5
PULSE_OTHERS_S: Final = 15.0


def fix_json(fix: Fix) -> dict[str, Any]:
    """Return a fix as the contract shows it."""
    return {
        "unit_id": fix.unit_id,
        "lat": fix.point.lat,
        "lon": fix.point.lon,
        "fixed_at": fix.fixed_at,
        "accuracy_m": fix.accuracy_m,
        "source": fix.source,
    }


async def tell_positions(services: Services) -> None:
    """Send one positions frame per topic: the whole board, and each sector that has a listener."""
    fixes = services.positions.told()
    if not fixes:
        return
    topics = {topic for topic in services.hub.topics() if topic == BOARD or topic.startswith("sector:")}
    by_topic: dict[str, list[dict[str, Any]]] = {topic: [] for topic in topics}
    for fix in fixes:
        shown = fix_json(fix)
        for topic in (BOARD, f"sector:{services.view.board.units[fix.unit_id].sector}"):
            if topic in by_topic:
                by_topic[topic].append(shown)
    at = services.clock.now()
    for topic, shown_fixes in by_topic.items():
        if shown_fixes:
            services.hub.tell(topic, to_json({"kind": "positions", "at": at, "positions": shown_fixes}))


async def tell_pulse(services: Services) -> None:
    """Tell each client that it has everything up to here, and how old the desk's last heartbeat is."""
    now = monotonic()
    pulse = services.pulse()
    for client in services.hub.clients:
        if now >= client.pulse_due:
            client.pulse_due = now + PULSE_S.get(client.role, PULSE_OTHERS_S)
            client.say(pulse)
        if client.is_stuck(now) and client.task is not None:
            client.task.cancel()
