"""The conversation on one websocket without a socket, a clock or an await: feed it what came in, act on what it says.

client                            server
hello {since?, topics?}      ->
                             <-   welcome {cursor, topics} | resync {url}
                             <-   frames, positions, pulse
received {seq}               ->
accept | decline | status | mayday | duty | position {id, ...}
                             ->
renew {id, token}            ->
                             <-   answer {id, outcome, ...}
"""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from app.access.hearing import may_hear
from app.access.identity import Identity
from app.access.policy import FRAMES, may, may_send
from app.scopes import Scope

FRAME_BYTES_MAX: Final = 16_384  # the longest frame a client has reason to send is under 1 KB
HELLO_TOPICS_MAX: Final = 32
RENEW: Final = "renew"


class BadFrame(Exception):
    """A frame that is not of the contract; closes the socket with 4400 and says why."""


@dataclass(frozen=True, slots=True)
class Hello:
    topics: Scope
    since: str | None


@dataclass(frozen=True, slots=True)
class Renewal:
    """A device goes on with a fresh token."""

    id: str | None
    token: str


@dataclass(frozen=True, slots=True)
class FieldFrame:
    """A frame of an agent's device, already checked to be its own to send. `id` is the device's own, for re-sending."""

    kind: str
    id: str | None
    body: dict[str, Any]


class Session:
    """Reads a client's frames in the order the contract allows."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity  # may change while the socket is open: each frame is held against it as it is now
        self.greeted = False
        self._wanted: tuple[str, ...] = ()

    def topics(self) -> Scope:
        """Return what this client may hear now of what it asked for; nothing when that is no longer its to hear."""
        if not self._wanted:
            return self.identity.topics()
        return frozenset(t for t in self._wanted if may_hear(self.identity, t))

    def feed(self, text: str | bytes) -> Hello | FieldFrame | Renewal:
        """Read one frame. Raises BadFrame, and whoever reads on after that is wrong."""
        if isinstance(text, bytes):
            raise BadFrame("text frames only")
        if len(text) > FRAME_BYTES_MAX or len(text.encode(errors="surrogatepass")) > FRAME_BYTES_MAX:
            raise BadFrame(f"a frame holds at most {FRAME_BYTES_MAX} bytes")
        try:
            body = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise BadFrame("not JSON") from error
        if not isinstance(body, dict) or not isinstance(body.get("kind"), str):
            raise BadFrame("kind: missing")
        kind = body["kind"]
        if not self.greeted:
            if kind != "hello":
                raise BadFrame("kind: the first frame is hello")
            self.greeted = True
            return self._hello(body)
        if not self._may_say(kind):
            raise BadFrame(f"kind: not for {self.identity.role}")
        frame_id = body.get("id")
        if frame_id is not None and not isinstance(frame_id, str):
            raise BadFrame("id: must be text")
        if kind == RENEW:
            token = body.get("token")
            if not isinstance(token, str):
                raise BadFrame("token: must be text")
            return Renewal(frame_id, token)
        return FieldFrame(kind, frame_id, body)

    def _may_say(self, kind: str) -> bool:
        if not may_send(self.identity.role, kind):
            return False
        return may(self.identity, FRAMES[kind]) and self.identity.unit_id is not None

    def _hello(self, body: dict[str, Any]) -> Hello:
        since = body.get("since")
        if since is not None and not isinstance(since, str):
            raise BadFrame("since: must be a cursor")
        wanted = body.get("topics", [])
        if (
            not isinstance(wanted, list)
            or len(wanted) > HELLO_TOPICS_MAX
            or not all(isinstance(t, str) for t in wanted)
        ):
            raise BadFrame(f"topics: at most {HELLO_TOPICS_MAX} names")
        self._wanted = tuple(dict.fromkeys(wanted))
        topics = self.topics()
        if wanted and len(topics) != len(self._wanted):
            raise BadFrame("topics: not all of these are yours to hear")
        return Hello(topics, since)
