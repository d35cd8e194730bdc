"""The unrecorded lane: what consoles see of reports that are on some disk and not in the ledger. It has no seq."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import Any, Final
from uuid import UUID

import msgspec
import orjson

from app.codec import to_json
from app.frames import Frame
from app.scopes import BOARD
from app.spool.report import Line
from app.stream.hub import Client, Hub

FRAME_LINES_MAX: Final = 100
SHOWN_MAX: Final = 1_000  # lines told at once: 350 KB of a client's box; `waiting` counts what is not told yet
RELAYED_MAX: Final = 200  # lines in one message to other processes: 60 KB
WHOLE_S: Final = 5.0  # how often another process that missed something is set right


class Lane:
    """Lines held here, and lines told by other processes. Changes are gathered and told together, by `tell`."""

    def __init__(self, hub: Hub, now: Callable[[], datetime]) -> None:
        self._hub, self._now = hub, now
        self._here: dict[UUID, Line] = {}
        self._elsewhere: dict[UUID, tuple[str, Line]] = {}
        self._new: dict[UUID, Line] = {}
        self._gone: dict[UUID, Line] = {}
        self._to_relay: list[Line] = []
        self._recorded: list[UUID] = []
        self._whole_due = 0.0
        self._was_told = False
        hub.watch(self._see)

    def add(self, line: Line) -> None:
        """A report is held here."""
        self._here[line.id] = line
        self._to_relay.append(line)
        self._show(line)

    def remove(self, line: Line) -> None:
        """A report that was held here is recorded."""
        self._here.pop(line.id, None)
        self._recorded.append(line.id)
        self._hide(line)

    def _show(self, line: Line) -> None:
        self._gone.pop(line.id, None)
        self._new[line.id] = line

    def _hide(self, line: Line) -> None:
        self._new.pop(line.id, None)
        self._gone[line.id] = line

    def hear(self, data: bytes, own_name: str) -> None:
        """Take what another process tells of its disk. Raises ValueError, KeyError, MsgspecError on anything else."""
        said: dict[str, Any] = orjson.loads(data)
        sender = str(said["from"])
        if sender == own_name:
            return
        told = {line.id: line for line in msgspec.convert(said["reports"], list[Line])}
        for line in told.values():
            if line.id not in self._here and line.id not in self._elsewhere:
                self._show(line)
            self._elsewhere[line.id] = (sender, line)
        over = {UUID(one) for one in said["recorded"]}
        if said["whole"]:
            over |= {each for each, (other, _) in self._elsewhere.items() if other == sender and each not in told}
        for each in over:
            self._forget(each)

    def _forget(self, report_id: UUID) -> None:
        known = self._elsewhere.pop(report_id, None)
        if known is not None and report_id not in self._here:
            self._hide(known[1])

    def _see(self, frame: Frame) -> None:
        """A report of another process is recorded when its command is in the ledger, also when that process is gone."""
        if self._elsewhere:
            self._forget(UUID(orjson.loads(frame.recorded.body)["command"]))

    def relayed(self, sender: str) -> list[bytes]:
        """Return what other processes have to be told: what changed, and now and then all of it."""
        now = monotonic()
        whole = now >= self._whole_due and (bool(self._here) or self._was_told)
        if whole:
            self._whole_due = now + WHOLE_S
            self._was_told = bool(self._here)
            some = list(islice(self._here.values(), SHOWN_MAX))
        else:
            some = [line for line in self._to_relay if line.id in self._here][:SHOWN_MAX]
        recorded, self._to_relay, self._recorded = self._recorded, [], []
        if not (whole or some or recorded):
            return []
        if len(some) <= RELAYED_MAX and len(recorded) <= SHOWN_MAX:
            return [_message(sender, some, recorded, whole=whole)]
        parts = [_message(sender, some[n : n + RELAYED_MAX], (), whole=False) for n in range(0, len(some), RELAYED_MAX)]
        return parts + [
            _message(sender, (), recorded[n : n + SHOWN_MAX], whole=False) for n in range(0, len(recorded), SHOWN_MAX)
        ]

    def tell(self) -> None:
        """Send consoles what changed since the last time."""
        lines, gone = list(self._new.values()), list(self._gone.values())
        new = lines[:SHOWN_MAX]
        self._new, self._gone = {line.id: line for line in lines[SHOWN_MAX:]}, {}
        if not new and not gone:
            return
        for topic in self._hub.topics():
            if _is_of_desk(topic):
                for frame in self._frames(frozenset({topic}), new, gone):
                    self._hub.tell(topic, frame)

    def greet(self, client: Client) -> None:
        """Tell a console that has just come what is held."""
        topics = frozenset(topic for topic in client.topics if _is_of_desk(topic))
        for frame in self._frames(topics, list(islice(self._all(), SHOWN_MAX)), ()):
            client.say(frame)

    def _all(self) -> Iterable[Line]:
        yield from self._here.values()
        yield from (line for each, (_, line) in self._elsewhere.items() if each not in self._here)

    def _frames(self, topics: frozenset[str], new: list[Line], gone: Iterable[Line]) -> list[bytes]:
        shown = [line for line in new if _concerns(line, topics)]
        over = [line.id for line in gone if _concerns(line, topics)]
        if not shown and not over:
            return []
        about = {
            "kind": "unrecorded",
            "at": self._now(),
            "waiting": sum(_concerns(line, topics) for line in self._all()),
        }
        parts = [shown[n : n + FRAME_LINES_MAX] for n in range(0, len(shown), FRAME_LINES_MAX)] or [[]]
        return [
            to_json(about | {"reports": [_shown(line) for line in part], "recorded": over if n == 0 else []})
            for n, part in enumerate(parts)
        ]


def _is_of_desk(topic: str) -> bool:
    """A unit's own topic is an agent's: what is not recorded yet is nobody's assignment."""
    return topic == BOARD or topic.startswith("sector:")


def _concerns(line: Line, topics: Iterable[str]) -> bool:
    """What is in no sector is everybody's concern."""
    return any(topic == BOARD or line.sector is None or topic == f"sector:{line.sector}" for topic in topics)


def _shown(line: Line) -> orjson.Fragment:
    return orjson.Fragment(msgspec.json.encode(line))


def _message(sender: str, lines: Iterable[Line], recorded: Iterable[UUID], *, whole: bool) -> bytes:
    return orjson.dumps(
        {"from": sender, "whole": whole, "reports": [_shown(line) for line in lines], "recorded": list(recorded)}
    )
