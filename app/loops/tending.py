"""Tending the spool: reports on disk go to the desk, consoles hear of them, and somebody is told how it stands."""

from collections.abc import Callable
from typing import Final

from app.services import Services
from app.spool.spooling import STUCK_S, Spooling
from dispatch.commands import RaiseSystemAlarm

PAUSE_S: Final = 0.1  # so long a report on disk may wait until consoles hear of it
ALARM_S: Final = 1.0
ADOPT_S: Final = 5.0
FRESH_S: Final = 10.0  # the desk was heard: what does not drain now is stuck


async def tend_spool(services: Services, spooling: Spooling, relay: Callable[[bytes], None], name: str) -> None:
    """Tell, send, give back, and say how it stands. Waits for nobody: consoles hear of distress by this."""
    spooling.lane.tell()
    for message in spooling.lane.relayed(name):
        relay(message)
    spooling.spool.give_back()
    spooling.replay.fill()
    services.dependencies["spool"] = spooling.state()


async def adopt_orphans(spooling: Spooling) -> None:
    """Take over what processes left that are gone."""
    await spooling.spool.adopt()


async def raise_alarms(services: Services, spooling: Spooling) -> None:
    """Say in the ledger, as soon as it can be written: reports waited, none more could be kept, some will not go."""
    replay = spooling.replay
    spooling.was_full = spooling.was_full or spooling.spool.is_full or bool(spooling.spool.fault)
    is_heard = services.picture_age_s() < FRESH_S
    if not is_heard:
        return
    said = []
    if not spooling.spool.held and replay.recorded:
        said.append(f"{replay.recorded} reports waited on disk, up to {replay.longest_s:.0f} s; all are recorded")
        replay.forget()
    if spooling.was_full and not spooling.spool.held:
        said.append("the spool could not keep every report; senders were told to send theirs again")
        spooling.was_full = False
    is_stuck = spooling.oldest_s > STUCK_S
    if is_stuck and not spooling.is_stuck_told:
        said.append(f"the spool does not drain: {spooling.state()}")
    spooling.is_stuck_told = is_stuck
    for words in said:
        await services.ask(RaiseSystemAlarm(words), by="spool")
