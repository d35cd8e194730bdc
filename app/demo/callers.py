"""Callers, relayed by their sector's PSAP: garbled ids in English and Spanish, phones that know where they are."""

import asyncio
from random import Random
from time import perf_counter
from typing import Any, Final

from app.demo.api import Api, NoAnswer, Reply
from app.demo.border import Border
from app.demo.cast import PLAYED, Cast
from app.demo.fixes import device_fix
from app.demo.garbles import Garble, garble
from app.demo.journal import Entry, Journal
from app.demo.shift import Shift, pause
from app.demo.tally import Stopwatch, Tally
from geo.sign import LifeCycle, Sign, SignKind

# How ids arrive; most are read out well, the rest as the resolver's table measures them (docs/resolve.md).
GARBLES: Final = {
    Garble.CLEAN: 0.60, Garble.NO_PREFIX: 0.10, Garble.MISHEARD_EN: 0.06, Garble.MISHEARD_ES: 0.06, Garble.PREFIX: 0.04,
    Garble.SWAPPED: 0.04, Garble.DROPPED: 0.03, Garble.ADDED: 0.03, Garble.TWICE: 0.02, Garble.NO_SIGN: 0.02,
}  # fmt: skip
DEVICE_SHARE: Final = 0.45
COARSE_SHARE: Final = 0.3
READ_BACK_SHARE: Final = 0.4
# What else happens after a call: the PSAP's line sends it twice, the phone's location comes late, a second person calls
# about the same sign, the same person calls again.
AFTERWARDS: Final = {"nothing": 0.74, "repeat": 0.08, "update": 0.06, "second caller": 0.06, "calls again": 0.06}
TRIES: Final = 40  # of one report: 20 s and the waits for answers
RETRY_S: Final = 0.5
NEEDS: Final = ((), (), (), ("water",), ("medic",), ("water", "medic"))
TYPES: Final = ("SAR", "SAR", "SAR", "RESCUE", "EXPOSURE", "WELFARE")
NARRATIVES: Final = (
    "out of water since yesterday",
    "twisted ankle",
    "dos días caminando",
    "feels dizzy",
    "lost the group",
)


class Callers:
    """Posts calls at random moments until the last-call bell."""

    def __init__(
        self, api: Api, cast: Cast, border: Border, run: str, journal: Journal, shift: Shift, tally: Tally,
        stopwatch: Stopwatch, rng: Random,
    ) -> None:  # fmt: skip
        self._api, self._cast, self._run, self._journal, self._shift = api, cast, run, journal, shift
        self._tally, self._stopwatch, self._rng = tally, stopwatch, rng
        self._signs = [
            s for s in border.signs if s.kind is not SignKind.RESCUE_TOWER and s.life is not LifeCycle.RETIRED
        ]
        self._names = {s.sector: s.name for s in border.sectors}
        self._taken = frozenset(s.sign_id for s in border.signs)
        self._known: dict[int, Sign] = {}
        self._at_work: set[asyncio.Task[None]] = set()

    async def run(self, rate: float) -> None:
        """Post a call at once, then `rate` a second at random moments until the bell; wait for the last answers."""
        while not self._shift.is_closing:
            task = asyncio.create_task(self._one_caller())
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
            await pause(self._rng.expovariate(rate), self._shift.last_call)
        await asyncio.gather(*self._at_work)

    def asked_again(self, incident_id: int) -> Sign | None:
        """Return the sign the caller stands at, as a dispatcher learns by asking; None when nobody is there."""
        return self._known.get(incident_id)

    async def _one_caller(self) -> None:
        sign = self._rng.choice(self._signs)
        body = self._call(sign)
        reply = await self._post(sign, body)
        if reply is None:
            return
        (then,) = self._rng.choices(tuple(AFTERWARDS), tuple(AFTERWARDS.values()))
        if then == "nothing" or await pause(self._rng.uniform(0.5, 3.0), self._shift.last_call):
            return
        if then == "repeat":
            self._tally.repeats += 1
            await self._post(sign, body, is_new=False)
        elif then == "update":
            self._tally.repeats += 1
            fix = device_fix(sign.point, False, True, self._rng)
            device = {"lat": round(fix.point.lat, 6), "lon": round(fix.point.lon, 6), "radius_m": round(fix.radius_m)}
            await self._post(sign, body | {"device": device}, is_new=False)
        else:
            fresh = self._call(sign)
            if then == "calls again":
                fresh["callback_number"] = body["callback_number"]
            await self._post(sign, fresh)

    def _call(self, sign: Sign) -> dict[str, Any]:
        rng = self._rng
        self._tally.calls_posted += 1
        (kind,) = rng.choices(tuple(GARBLES), tuple(GARBLES.values()))
        body: dict[str, Any] = {
            "call_id": f"{self._run}-{self._tally.calls_posted:05}",
            "callback_number": f"+1520{rng.randrange(2_000_000, 9_999_999)}",
            "said": garble(sign, kind, self._names, self._taken, rng).said,
            "read_back": kind is Garble.CLEAN and rng.random() < READ_BACK_SHARE,
            "language": rng.choice(("en", "es", "es")),
            "party": {"adults": rng.randint(1, 4), "children": rng.choice((0, 0, 0, 1, 2))},
            "needs": list(rng.choice(NEEDS)),
            "type": rng.choice(TYPES),
            "narrative": rng.choice(NARRATIVES),
        }
        if rng.random() < DEVICE_SHARE:
            fix = device_fix(sign.point, rng.random() < COARSE_SHARE, True, rng)
            body["device"] = {
                "lat": round(fix.point.lat, 6), "lon": round(fix.point.lon, 6), "radius_m": round(fix.radius_m)
            }  # fmt: skip
        return body

    async def _post(self, sign: Sign, body: dict[str, Any], *, is_new: bool = True) -> Reply | None:
        posted = perf_counter()
        reply = await send(self._api, "/v1/calls", self._cast.psaps[sign.sector], body, self._tally)
        if reply is None or not is_new:
            return reply
        self._stopwatch.answered(posted)
        self._tally.calls_acknowledged += 1
        answer = reply.body
        psap = f"{PLAYED}{self._names[sign.sector]}"
        self._journal.write(Entry("call", psap, body["call_id"], answer["call_id"], self._run))
        self._known[answer["incident_id"]] = sign
        if answer["where"] == "offered" and not answer["joined"]:
            self._stopwatch.offered_at_once(answer["incident_id"], posted)
        return reply


async def send(api: Api, path: str, key: str, body: dict[str, Any], tally: Tally) -> Reply | None:
    """Send a report until it is acknowledged, as every PSAP and tower must; None when it never was."""
    for _ in range(TRIES):
        try:
            reply = await api.ask("POST", path, key, body)
        except NoAnswer:
            tally.wonder(f"{path} no answer, sent again")
        else:
            if reply.is_done:
                return reply
            tally.wonder(f"{path} {reply.status}")
            if reply.status < 500 and reply.status != 429:
                return None
        await asyncio.sleep(RETRY_S)
    return None
