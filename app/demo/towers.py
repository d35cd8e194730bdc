"""Rescue towers: activations pressed once or many times, heartbeats, now and then a test or a weak battery."""

from random import Random
from typing import Final

from app.demo.api import Api
from app.demo.border import Border
from app.demo.callers import send
from app.demo.cast import PRESS
from app.demo.journal import Entry, Journal
from app.demo.shift import Shift, pause
from app.demo.tally import Tally
from geo.sign import SignKind

PRESSES: Final = ((1, 0.5), (2, 0.3), (4, 0.2))  # how often one person presses, and the share who do
PRESS_PAUSE_S: Final = (0.2, 1.5)
HEARTBEAT_S: Final = 0.4
HEALTH: Final = {"heartbeat": 0.94, "test": 0.03, "low_battery": 0.02, "tamper": 0.01}


class Towers:
    """Speaks for all towers of the region, as their network does."""

    def __init__(
        self, api: Api, key: str, border: Border, run: str, journal: Journal, shift: Shift, tally: Tally, rng: Random
    ) -> None:
        self._api, self._key, self._run, self._journal = api, key, run, journal
        self._shift, self._tally, self._rng = shift, tally, rng
        self._ids = [s.sign_id for s in border.signs if s.kind is SignKind.RESCUE_TOWER]

    async def press(self, rate: float) -> None:
        """Let people find towers, `rate` a second, until the last-call bell."""
        while not await pause(self._rng.expovariate(rate), self._shift.last_call):
            tower = self._rng.choice(self._ids)
            (presses,) = self._rng.choices([n for n, _ in PRESSES], [share for _, share in PRESSES])
            for _ in range(presses):
                await self._press_once(tower)
                if await pause(self._rng.uniform(*PRESS_PAUSE_S), self._shift.last_call):
                    return

    async def _press_once(self, tower: str) -> None:
        self._tally.presses_posted += 1
        own_id = f"{self._run}{PRESS}{self._tally.presses_posted:05}"
        body = {"type": "activation", "tower_id": tower, "alert_id": own_id}
        reply = await send(self._api, "/v1/alerts", self._key, body, self._tally)
        if reply is not None:
            self._tally.presses_acknowledged += 1
            self._journal.write(Entry("alert", tower, own_id, reply.body["alert_id"], self._run))

    async def live(self) -> None:
        """Send the towers' own health in turn until the last-call bell."""
        while not await pause(HEARTBEAT_S, self._shift.last_call):
            (what,) = self._rng.choices(tuple(HEALTH), tuple(HEALTH.values()))
            body = {"type": what, "tower_id": self._rng.choice(self._ids)}
            await send(self._api, "/v1/alerts", self._key, body, self._tally)
