"""Watching PostgreSQL's synchronous standby: without it COMMIT waits, nobody is answered, and a screen must say why."""

from typing import Final

from app.services import Services
from app.store.pool import fetch

PAUSE_S: Final = 2.0
PART: Final = "standby"
GONE: Final = "gone: PostgreSQL waits for it, and answers no commit"


async def watch_standby(services: Services) -> None:
    """Say whether the standby that commits have to wait for is there; nothing when they wait for none."""
    row = (await fetch(services.pool, "look_at_standby"))[0]
    if not row["is_wanted"]:
        services.dependencies.pop(PART, None)
    else:
        services.dependencies[PART] = "ok" if row["is_there"] else GONE
