"""Rate limits: so that one key, or one address that has none, cannot take a process away from everybody else.

In this process's memory: a limit protects a process, and each protects itself, with or without Redis. Never limited is
whatever may be somebody's distress: calls, alerts, and what a device or a tracker reports. A flood of those is merged,
ranked and flagged instead (`app.floods`, docs/access.md), because nobody can tell a spoofed caller from a real one.
"""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic
from typing import Final

from app.access.policy import Action
from app.problems import Problem


@dataclass(frozen=True, slots=True)
class Limit:
    """So many a second for as long as one likes, and so many at once after a pause."""

    per_s: float
    burst: int


SEE: Final = Limit(200, 2_000)  # a screen that reloads everything at every event
WATCH: Final = Limit(100, 1_000)  # a whole snapshot each, 15 ms: a floor that comes back at once after an outage
HANDLE: Final = Limit(200, 2_000)  # nobody presses that fast; a script does, and may
OPEN_PRIVATE: Final = Limit(1, 120)  # a shift opens some dozens; a stolen key does not read out a year in an hour
SET_UP: Final = Limit(10, 200)
STRANGER: Final = Limit(2, 300)  # a mistyped key in a script; guessing 256 bits is hopeless at any pace

UNLIMITED: Final = frozenset({Action.REPORT_CALL, Action.REPORT_ALERT, Action.REPORT_POSITION, Action.ACT_IN_FIELD})
LIMITS: Final[dict[Action, Limit]] = {
    Action.REPORT_WEATHER: SET_UP,
    Action.RESOLVE: SEE,
    Action.LOOK_UP_SIGN: SEE,
    Action.INTRODUCE_ONESELF: WATCH,
    Action.WATCH: WATCH,
    Action.FOLLOW: SEE,
    Action.SEE_INCIDENT: SEE,
    Action.HANDLE_INCIDENT: HANDLE,
    Action.SHARE_INCIDENT: HANDLE,
    Action.HANDLE_ALARM: HANDLE,
    Action.OPEN_PRIVATE: OPEN_PRIVATE,
    Action.SEE_UNIT: SEE,
    Action.SET_MODE: HANDLE,
    Action.SEE_TOWERS: SEE,
    Action.SEE_DELIVERIES: SEE,
    Action.BIND_DEVICE: SET_UP,
    Action.MANAGE_WEBHOOKS: SET_UP,
    Action.MANAGE_ZONES: SET_UP,
    Action.USE_ACCOUNT: WATCH,
    Action.CHANGE_ACCOUNT: SET_UP,
    Action.SEE_PEOPLE: SEE,
    Action.MANAGE_PEOPLE: SET_UP,
    Action.MANAGE_DEVICES: SET_UP,
    Action.MANAGE_KEYS: SET_UP,
    Action.HOLD_PRIVATE: SET_UP,
    Action.SEE_HOLDS: SEE,
    Action.AUDIT: SEE,
    Action.EXPORT_COUNTS: SET_UP,
    Action.EXPORT_INCIDENTS: OPEN_PRIVATE,
}
SPENDERS_MAX: Final = 20_000  # identities and actions remembered, 3 MB; beyond it the longest silent is forgotten
STRANGERS_MAX: Final = 10_000


class Buckets:
    """One number a spender: until when what it took is paid off (GCRA). Bounded; the longest silent goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._paid_at: OrderedDict[tuple[str, str], float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._paid_at)

    def take(self, who: tuple[str, str], limit: Limit, now: float) -> float:
        """Take one; return 0.0, or in how many seconds there is one again."""
        paid_at = max(self._paid_at.get(who, now), now)
        wait_s = paid_at + 1 / limit.per_s - now - limit.burst / limit.per_s
        if wait_s > 0:
            return wait_s
        self._paid_at[who] = paid_at + 1 / limit.per_s
        self._paid_at.move_to_end(who)
        if len(self._paid_at) > self._most:
            self._paid_at.popitem(last=False)
        return 0.0


class Limits:
    """What each identity may do how often, and how often an address may be wrong."""

    def __init__(self) -> None:
        self.spenders = Buckets(SPENDERS_MAX)
        self.strangers = Buckets(STRANGERS_MAX)

    def spend(self, key_id: str, action: Action) -> None:
        """Count one request of somebody known. Raises Problem 429 with how long to wait."""
        limit = LIMITS.get(action)
        if limit is not None:
            _refuse(self.spenders.take((key_id, action), limit, monotonic()))

    def refuse_stranger(self, address: str) -> None:
        """Count a request without a valid key. Raises Problem 429 instead of the 401 that names the fault.

        Only what is refused anyway is counted, after the look-up: a valid key works from any address at any time.
        """
        _refuse(self.strangers.take((_network(address), "stranger"), STRANGER, monotonic()))


def _refuse(wait_s: float) -> None:
    if wait_s > 0:
        raise Problem(429, "too_many", "too many requests, wait", headers={"Retry-After": str(ceil(wait_s))})


def _network(host: str) -> str:
    """Return what one sender holds: an address, of IPv6 the 64 bits that any customer gets whole."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else host
