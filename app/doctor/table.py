"""The checks, in the order in which one thing rests on another: what is wrong above explains what is below."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from app.doctor import (
    board,
    configuration,
    database,
    desk,
    disks,
    history,
    keys,
    numbers,
    relay,
    replication,
    schema,
    service,
    spool,
)
from app.doctor.finding import Finding
from app.doctor.scene import Scene

Look = Callable[[Scene], AsyncIterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check by name, and how long it may take; all run at once, after at most five seconds for opening the scene."""

    name: str
    within_s: float
    look: Look


CHECKS: Final = (
    Check("settings", 2.0, configuration.look),
    Check("disk", 4.0, disks.look),  # files, and one statement
    Check("keys", 5.0, keys.look),
    Check("database", 6.0, database.look),
    Check("replication", 6.0, replication.look),
    Check("schema", 6.0, schema.look),
    Check("desk", 6.0, desk.look),
    Check("ledger", 7.0, history.look),
    Check("relay", 4.0, relay.look),  # two questions of a second each, and connecting
    Check("spool", 4.0, spool.look),
    Check("service", 5.0, service.look),
    Check("numbers", 4.0, numbers.look),
    Check("board", 6.0, board.look),
)
