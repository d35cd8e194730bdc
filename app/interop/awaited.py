"""Locations an EIDO only refers to: they wait here to be fetched, after the call is recorded, bounded."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from app.interop.reading import Reading

WAITING_MAX: Final = 256  # a busy hour's calls; beyond it the oldest stay unfetched, sealed with their address
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(slots=True)
class Awaited:
    """A recorded call whose caller's place stands at an address. `due` is monotonic."""

    reading: Reading
    sender: str
    sectors: tuple[str, ...]
    url: str
    due: float = 0.0
    tries: int = 0


@dataclass(slots=True)
class AwaitedLocations:
    """What waits, oldest first. Only addresses at hosts an operator has named are ever taken."""

    waiting: deque[Awaited] = field(default_factory=lambda: deque(maxlen=WAITING_MAX))
    given_up: int = 0  # since one was fetched last

    def add(self, reading: Reading, sender: str, sectors: tuple[str, ...], hosts: tuple[str, ...]) -> bool:
        """Take a reading that lacks a fix and refers to one; return whether it will be fetched."""
        if "device" in reading.report or not reading.report.get("call_id"):
            return False  # without an identifier the answer could not be told from another call
        for location in reading.private.get("locations", ()):
            url = location.get("url", "")
            if may_fetch(url, hosts):
                self.given_up += len(self.waiting) == WAITING_MAX
                self.waiting.append(Awaited(reading, sender, sectors, url))
                return True
        return False

    @property
    def is_failing(self) -> bool:
        """Whether addresses were given up and none was answered since."""
        return self.given_up > 0

    def due(self, now: float, most: int) -> list[Awaited]:
        """Take those whose time has come."""
        found: list[Awaited] = []
        for _ in range(len(self.waiting)):
            each = self.waiting.popleft()
            if each.due <= now and len(found) < most:
                found.append(each)
            else:
                self.waiting.append(each)
        return found


def may_fetch(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether an address is https (http on this machine) at one of the hosts, `name` or `name:port`, and plain."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    name = (parts.hostname or "").casefold()
    if parts.scheme not in ("https", "http") or parts.username or not name:
        return False
    if parts.scheme == "http" and name not in LOOPBACK:
        return False
    allowed = {host.casefold() for host in hosts}
    return (name in allowed and port is None) or f"{name}:{port}" in allowed
