"""Locust users against a running service: PSAPs, towers and dispatchers, with the keys of the demo's cast.

Start `make demo` in one terminal and `make load` in another; `make load ARGS="-u 50 -t 60s --headless"` sets the crowd.
"""

import os
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from locust import FastHttpUser, between, constant_throughput, task

from app.demo.border import make_border
from app.demo.cast import Cast, load_cast
from app.demo.garbles import Garble, garble
from geo.sign import SignKind


def the_cast() -> Cast:
    file = Path(os.environ.get("LOAD_CAST", ".demo/cast.json"))
    cast = load_cast(file)
    if cast is None:
        raise SystemExit(f"no {file}: start `make demo` first, or name another with LOAD_CAST")
    return cast


CAST = the_cast()
BORDER = make_border(CAST.border_seed)
NAMES = {sector.sector: sector.name for sector in BORDER.sectors}
TAKEN = frozenset(sign.sign_id for sign in BORDER.signs)
PLACARDS = [sign for sign in BORDER.signs if sign.kind is not SignKind.RESCUE_TOWER]
TOWERS = [sign.sign_id for sign in BORDER.signs if sign.kind is SignKind.RESCUE_TOWER]
CALLS_A_SECOND = 2.0  # of each PSAP
REPEATS = 0.1  # one call in ten is sent again


class Psap(FastHttpUser):
    """Posts garbled calls at a steady rate; some twice, as lines that lost the answer do."""

    host = "http://127.0.0.1:8911"
    weight = 6
    wait_time = constant_throughput(CALLS_A_SECOND)

    def on_start(self) -> None:
        self.rng = Random(uuid4().int)

    @task
    def call(self) -> None:
        sign = self.rng.choice(PLACARDS)
        said = garble(sign, self.rng.choice((Garble.CLEAN, *Garble)), NAMES, TAKEN, self.rng).said
        body: dict[str, Any] = {"call_id": uuid4().hex, "said": said, "party": {"adults": self.rng.randint(1, 4)}}
        headers = {"Authorization": f"Bearer {CAST.psaps[sign.sector]}"}
        for _ in range(1 + (self.rng.random() < REPEATS)):
            self.client.post("/v1/calls", json=body, headers=headers)


class TowerNetwork(FastHttpUser):
    """Carries heartbeats, now and then an activation."""

    host = Psap.host
    weight = 2
    wait_time = between(0.2, 1.0)

    def on_start(self) -> None:
        self.rng = Random(uuid4().int)

    @task
    def alert(self) -> None:
        what = "activation" if self.rng.random() < 0.05 else "heartbeat"
        body = {"type": what, "tower_id": self.rng.choice(TOWERS), "alert_id": uuid4().hex}
        self.client.post(
            "/v1/alerts", json=body, headers={"Authorization": f"Bearer {CAST.towers}"}, name=f"/v1/alerts {what}"
        )


class Dispatcher(FastHttpUser):
    """Fetches the picture, as a console does when it comes back."""

    host = Psap.host
    weight = 1
    wait_time = between(2.0, 5.0)

    @task
    def board(self) -> None:
        self.client.get("/v1/board", headers={"Authorization": f"Bearer {CAST.dispatcher}"})

    @task
    def incidents(self) -> None:
        self.client.get("/v1/incidents?where=queued", headers={"Authorization": f"Bearer {CAST.dispatcher}"})
