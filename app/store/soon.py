"""Reading what distress must not wait for: the answer within half a second, or none."""

import asyncio
from typing import Any, Final

import asyncpg

from app.store.pool import Pool, fetch
from app.store.writer import AWAY

SOON_S: Final = 0.5  # with the 1.5 s a report then waits for the desk: 2 s at most until its sender is told

_abandoned: set[asyncio.Task[list[asyncpg.Record]]] = set()


async def fetch_soon(pool: Pool, name: str, *args: Any) -> list[asyncpg.Record] | None:
    """Run one named statement; None when the store is away, or does not answer soon.

    A statement that hangs is left to its own time-out: cancelling it would wait for the very server that hangs.
    """
    asked = asyncio.create_task(fetch(pool, name, *args))
    try:
        await asyncio.wait((asked,), timeout=SOON_S)
        return asked.result() if asked.done() else None
    except AWAY:
        return None
    finally:
        if not asked.done():
            _abandoned.add(asked)
            asked.add_done_callback(_let_go)


def _let_go(asked: asyncio.Task[list[asyncpg.Record]]) -> None:
    _abandoned.discard(asked)
    if not asked.cancelled():
        asked.exception()  # nobody waits for it any more
