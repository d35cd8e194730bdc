"""Who listens to what, and the synchronous fan-out that waits for nobody."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from app.access.identity import Role
from app.codec import to_json
from app.frames import Frame
from app.scopes import Scope

# A reader this far behind is cut off and comes back with its cursor: minutes of the busiest hour,
# and a burst of a few hundred calls within one second.
OUTBOX_FRAMES_MAX: Final = 2_048
OUTBOX_BYTES_MAX: Final = 4 * 1024 * 1024
WRITE_BYTES: Final = 65_536  # then the client must have room again: more would only wait outside the outbox's bound
STUCK_S: Final = 5.0  # then a cut-off reader's handler is cancelled


@dataclass(eq=False, slots=True)
class Client:
    """One connected viewer. `outbox` holds bytes to send, `wake` tells its writer, `cut` that it fell behind."""

    topics: Scope
    role: Role
    unit_id: str | None = None
    task: asyncio.Task[None] | None = None
    pulse_due: float = 0.0
    cut_at: float = 0.0
    outbox: deque[bytes] = field(default_factory=deque)
    outbox_bytes: int = 0
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    cut: bool = False
    farewell: tuple[int, str] | None = None  # the close code and reason, when it was not for being slow

    def say(self, data: bytes) -> None:
        """Queue bytes, or cut the client off when its outbox is full."""
        if self.cut:
            return
        if len(self.outbox) >= OUTBOX_FRAMES_MAX or self.outbox_bytes + len(data) > OUTBOX_BYTES_MAX:
            self._cut_off()
        else:
            self.outbox.append(data)
            self.outbox_bytes += len(data)
        self.wake.set()

    def end(self, code: int, reason: str) -> None:
        """Close it for a reason of its own; what still waited to be sent is not sent any more."""
        if not self.cut:
            self.farewell = (code, reason)
            self._cut_off()
            self.wake.set()

    def forget(self) -> None:
        """Drop what waits to be sent."""
        self.outbox.clear()
        self.outbox_bytes = 0

    def _cut_off(self) -> None:
        self.cut = True
        self.cut_at = monotonic()
        self.forget()

    def is_stuck(self, now: float) -> bool:
        """Whether it was cut off and its writer still has not got away from the socket."""
        return self.cut and now - self.cut_at > STUCK_S

    def take(self) -> list[bytes]:
        """Take the next bytes to send together: all that wait, up to the bound of one write."""
        taken: list[bytes] = []
        size = 0
        while self.outbox and size < WRITE_BYTES:
            taken.append(self.outbox.popleft())
            size += len(taken[-1])
        self.outbox_bytes -= size
        return taken


class Hub:
    """Clients by topic. A frame goes once to each client any of whose topics it concerns."""

    def __init__(self) -> None:
        self._by_topic: defaultdict[str, set[Client]] = defaultdict(set)
        self.clients: set[Client] = set()
        self.cut = 0  # readers that fell too far behind
        self._watchers: dict[int, Callable[[Frame], None]] = {}

    def watch(self, see: Callable[[Frame], None]) -> Callable[[], None]:
        """Show every frame to somebody who tells it on; return how to stop. `see` neither waits nor raises."""
        self._watchers[id(see)] = see

        def stop() -> None:
            self._watchers.pop(id(see), None)

        return stop

    def join(self, client: Client) -> None:
        self.clients.add(client)
        for topic in client.topics:
            self._by_topic[topic].add(client)

    def move(self, client: Client, topics: Scope) -> None:
        """Let a client listen to other topics from now on."""
        self.leave(client)
        client.topics = topics
        self.join(client)

    def leave(self, client: Client) -> None:
        self.cut += client.cut
        self.clients.discard(client)
        for topic in client.topics:
            listeners = self._by_topic.get(topic)
            if listeners is not None:
                listeners.discard(client)
                if not listeners:
                    del self._by_topic[topic]

    def hears(self, unit_id: str) -> bool:
        """Whether a device of this unit is connected here."""
        return any(c.unit_id == unit_id and not c.cut for c in self._by_topic.get(f"unit:{unit_id}", ()))

    def publish(self, frames: Iterable[Frame]) -> None:
        """Put each frame into the outboxes of whom it concerns; encoded once per set of topics."""
        for frame in frames:
            for see in tuple(self._watchers.values()):
                see(frame)
            listeners: set[Client] = set()
            for topic in frame.topics:
                listeners |= self._by_topic.get(topic, set())
            for client in listeners:
                data = frame.bytes_for(client.topics)
                if data is not None:
                    client.say(data)

    def resync(self, cursor: str) -> None:
        """Send every client to the snapshot: what waits for it, and what it has seen, is of a history that is gone."""
        for client in self.clients:
            client.forget()
            client.say(resync(client.topics, cursor))

    def tell(self, topic: str, data: bytes) -> None:
        """Put unnumbered bytes (positions, ticks) into the outboxes of a topic's listeners."""
        for client in self._by_topic.get(topic, ()):
            client.say(data)

    def topics(self) -> list[str]:
        return list(self._by_topic)


def resync(topics: Scope, cursor: str) -> bytes:
    """Return the frame that names the snapshot to fetch, and where that picture stands at least."""
    return to_json({"kind": "resync", "url": f"/v1/board?topics={','.join(sorted(topics))}", "cursor": cursor})
