"""A service with a fault built in, so that the checker can be seen to go red. Never part of the product.

python -m loadtests.sabotage early-answer serve --port 0
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Final

from app import cli
from app.interop.lorawan import chirpstack
from app.interop.tower.message import TowerMessage
from app.loops import timers
from app.scribe import Scribe
from app.services import Services
from app.turn import Turn
from dispatch import indexes
from dispatch.entities import Call, Unit
from dispatch.indexes import Indexes
from geo.standing import Standing

EARLY_S: Final = 1.5  # the answer is ahead of the commit by longer than a storm lets a service live after its first


def answer_early() -> None:
    """Answer first, then append: what a kill in between loses was promised."""
    append = Scribe.append

    async def early(self: Scribe, turn: Turn) -> bool:
        for waiting, answer in turn.answers:
            waiting.give(answer)
        await asyncio.sleep(EARLY_S)
        return await append(self, turn)

    Scribe.append = early  # type: ignore[method-assign]


def forget_calls() -> None:
    """Know no call again, so that the same call sent twice is two."""

    def forget(_self: Indexes, _before: Call | None, _row: Call) -> None:
        """Index nothing."""

    Indexes._index_call = forget  # type: ignore[method-assign, assignment]  # noqa: SLF001


def double_book() -> None:
    """Take every unit on duty for free, so that it is sent to two places."""

    def always_free(unit: Unit) -> Standing:
        return Standing.FREE if unit.on_duty else Standing.OFF_DUTY

    indexes.standing_of = always_free


def stop_timers() -> None:
    """Let every deadline pass."""

    async def rest(services: Services) -> None:
        """Name nothing."""
        del services

    timers.name_passed_deadlines = rest


def break_readers() -> None:
    """Break every reading of a ChirpStack event, as a bug of ours would."""

    def broken(*_: object, **__: object) -> TowerMessage:
        raise RuntimeError

    chirpstack.read_event = broken


FAULTS: Final[dict[str, Callable[[], None]]] = {
    "early-answer": answer_early,
    "forget-calls": forget_calls,
    "double-book": double_book,
    "stop-timers": stop_timers,
    "break-readers": break_readers,
}


def main() -> None:
    """Build the named fault in and run the rest of the command line as `auxilio` would."""
    FAULTS[sys.argv.pop(1)]()
    cli.main()


if __name__ == "__main__":
    main()
