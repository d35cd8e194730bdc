"""Locust users for `make load`: a PSAP that calls, agents on their websockets, a dispatcher that closes.

Keys come from the environment, as `auxilio keys create` printed them: LOAD_PSAP_KEY, LOAD_DISPATCHER_KEY, and
LOAD_AGENT_KEYS, one or more by commas. LOAD_SIGNS names the signs that are read out, by commas.
"""

import os
import random
import time
from typing import Any, Final

import gevent
import orjson
from gevent.lock import Semaphore
from locust import HttpUser, User, constant, constant_throughput, events, task
from websocket import WebSocket, WebSocketException, create_connection

SIGNS: Final = tuple(s for s in os.environ.get("LOAD_SIGNS", "TUC-001").split(",") if s)
AGENT_KEYS: Final = [k for k in os.environ.get("LOAD_AGENT_KEYS", "").split(",") if k]
CALLS_PER_S: Final = 0.5  # of one PSAP user; the pace does not depend on how fast the answers come
RECEIVE_S: Final = 1.0
CONNECT_S: Final = 10.0
POSITION_S: Final = 5.0
CLOSED_AT_ONCE_MAX: Final = 50

_keys = Semaphore()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


class Psap(HttpUser):
    """Posts calls at a fixed pace, each from another number."""

    weight = 5
    wait_time = constant_throughput(CALLS_PER_S)

    def on_start(self) -> None:
        self.client.headers.update(bearer(os.environ["LOAD_PSAP_KEY"]))

    @task
    def call(self) -> None:
        body = {
            "call_id": f"load-{random.getrandbits(64):x}",
            "said": random.choice(SIGNS),
            "read_back": True,
            "callback_number": f"+1520{random.randrange(2_000_000, 10_000_000)}",
            "party": {"adults": random.randrange(1, 4)},
        }
        self.client.post("/v1/calls", json=body)


class Dispatcher(HttpUser):
    """Closes what the units have cleared, and releases what waits for a person."""

    fixed_count = 1
    wait_time = constant(1.0)

    def on_start(self) -> None:
        self.client.headers.update(bearer(os.environ["LOAD_DISPATCHER_KEY"]))

    @task
    def close(self) -> None:
        board = self.client.get("/v1/board").json()
        held = [row for row in board["rows"]["incidents"] if row["where"] == "with_dispatcher"]
        for row in held[:CLOSED_AT_ONCE_MAX]:
            if row["held"] == "units_cleared_without_outcome":
                url, body = f"/v1/incidents/{row['id']}/outcome", {"outcome": "found_well"}
                self.client.post(url, json=body, name="/v1/incidents/{id}/outcome")
            else:
                self.client.post(f"/v1/incidents/{row['id']}/release", json={}, name="/v1/incidents/{id}/release")


class Agent(User):
    """A unit's device: on duty, tells where it is, accepts what it is offered and clears it."""

    weight = 5
    wait_time = constant(0.0)

    def on_start(self) -> None:
        with _keys:
            key = AGENT_KEYS.pop() if AGENT_KEYS else None
        if key is None:
            gevent.sleep(0)
            self.stop()  # more users than keys: a unit has one device
            return
        url = (self.host or "").replace("http", "ws", 1) + "/v1/stream"
        self.socket: WebSocket = create_connection(url, timeout=CONNECT_S, header=bearer(key))
        self.socket.settimeout(RECEIVE_S)
        self.told_at = 0.0
        self.said: dict[str, float] = {}
        self.say("hello")
        self.say("duty", id="duty", on_duty=True)

    def on_stop(self) -> None:
        if hasattr(self, "socket"):
            self.socket.close()

    def say(self, kind: str, **body: Any) -> None:
        if "id" in body:
            self.said[body["id"]] = time.perf_counter()
        self.socket.send(orjson.dumps({"kind": kind, **body}))

    @task
    def listen(self) -> None:
        if time.monotonic() - self.told_at > POSITION_S:
            self.told_at = time.monotonic()
            self.say("position", lat=31.9 + random.uniform(-0.2, 0.2), lon=-111.5 + random.uniform(-0.2, 0.2))
        try:
            frame = orjson.loads(self.socket.recv())
        except (TimeoutError, WebSocketException, orjson.JSONDecodeError):
            return
        if frame.get("kind") == "offer.made":
            number = frame["event"]["assignment"]["id"]
            self.say("received", id=f"r{number}", seq=frame["seq"])
            self.say("accept", id=f"a{number}", assignment_id=number)
            self.say("status", id=f"c{number}", status="cleared", assignment_id=number)
        elif frame.get("kind") == "answer":
            self.report(frame)

    def report(self, answer: dict[str, Any]) -> None:
        """Tell locust how long an act took to be recorded."""
        took_s = time.perf_counter() - self.said.pop(answer["id"], time.perf_counter())
        failed = None if answer["outcome"] == "done" else RuntimeError(answer.get("detail", answer["outcome"]))
        events.request.fire(  # type: ignore[no-untyped-call]
            request_type="WS", name=answer["id"][:1], response_time=took_s * 1000, response_length=0, exception=failed
        )
