"""Everything a route or a loop may need, built in one place (`app.main`)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import Any, Final, Protocol

from app.access.authority import Authority
from app.access.devices.enrolled import EnrolledDevices
from app.access.keys import Keys
from app.access.limits import Limits
from app.access.origins import Origins
from app.access.people.people import People
from app.access.signing.signed import Signatures
from app.access.tickets import Tickets
from app.access.visitors import Visitors
from app.clock import Clock
from app.codec import to_json
from app.floods import Floods
from app.intake.calls import Intake
from app.interop.awaited import AwaitedLocations
from app.interop.hazard.hazards import Hazards
from app.interop.tower.devices import Devices
from app.interop.tower.health import TowerHealth
from app.loops.loop import Loops
from app.positions import Positions
from app.requests import Answer, Backlog, Request
from app.sealing import Sealer
from app.settings import Settings
from app.signs import Signs
from app.store.pool import Pool
from app.stream.hub import Client, Hub
from app.tracing.seam import Tracing
from app.view import View
from dispatch.commands import Command


class Submitter(Protocol):
    """Whoever takes requests to the desk: the desk itself, or the link to it."""

    def submit(self, request: Request) -> Awaitable[Answer]:
        """Return what will be the answer once the request is recorded. Raises DeskUnavailable, at once or awaited."""
        ...

    def waiting(self) -> Backlog:
        """Return what waits here."""
        ...


class Standing(StrEnum):
    """What a process is to its region: `desk` decides, `standby` would take over, `gateway` never does."""

    GATEWAY = "gateway"
    STANDBY = "standby"
    DESK = "desk"


OUTSIDE: Final = ("mqtt", "tak")  # whom only the process that holds the desk talks to


@dataclass(slots=True)
class Services:
    """One process's parts. `heard` is when the desk's last heartbeat came, on the monotonic clock.

    `greet` tells a client that has just come what has no seq and cannot wait.
    """

    settings: Settings
    pool: Pool
    clock: Clock
    view: View
    hub: Hub
    keys: Keys
    enrolled: EnrolledDevices
    signatures: Signatures
    origins: Origins
    authorities: dict[str, Authority]
    visitors: Visitors
    tickets: Tickets
    people: People
    sealer: Sealer
    signs: Signs
    intake: Intake
    positions: Positions
    submitter: Submitter
    tracing: Tracing | None = None
    devices: Devices = field(default_factory=Devices)
    tower_health: TowerHealth = field(default_factory=TowerHealth)
    hazards: Hazards = field(default_factory=Hazards)
    awaited: AwaitedLocations = field(default_factory=AwaitedLocations)
    limits: Limits = field(default_factory=Limits)
    floods: Floods = field(init=False)
    loops: Loops = field(default_factory=Loops)
    late_loops: set[str] = field(default_factory=set)
    dependencies: dict[str, str] = field(default_factory=dict)
    desk_finds: dict[str, str] = field(default_factory=dict)  # of the systems only the desk's process talks to: the ill
    heard: float = field(default_factory=monotonic)
    is_leaving: bool = False
    standing: Standing = Standing.GATEWAY
    greet: Callable[[Client], None] | None = None
    patient: Callable[[Request], Awaitable[Answer]] | None = None  # submits, and spools distress that must wait
    on_presence: Callable[[str, bool], None] | None = None

    def __post_init__(self) -> None:
        self.floods = Floods(self.settings.flood_calls_per_min)

    def submit(self, request: Request) -> Awaitable[Answer]:
        return (self.patient or self.submit_now)(request)

    def submit_now(self, request: Request) -> Awaitable[Answer]:
        """Submit past the spool; the way to the desk changes when the desk is taken over."""
        if self.tracing is not None:
            return self.tracing.ask(request, self.submitter.submit)
        return self.submitter.submit(request)

    def waiting(self) -> Backlog:
        return self.submitter.waiting()

    async def ask(self, command: Command, by: str) -> Answer:
        """Submit a command of the service's own."""
        return await self.submit(Request(command, by))

    def presence(self, client: Client, here: bool) -> None:
        """Note that a unit's device came or went; `on_presence` carries it to the desk's process."""
        if client.unit_id is not None and self.on_presence is not None:
            self.on_presence(client.unit_id, here or self.hub.hears(client.unit_id))

    def hear_desk(self) -> None:
        """Note that the desk is alive."""
        self.heard = monotonic()

    def ill_outside(self) -> dict[str, str]:
        """Return the systems outside that only the desk's process talks to, and that are not well."""
        return {name: state for name, state in self.dependencies.items() if name in OUTSIDE and state != "ok"}

    def leave(self) -> None:
        """Note that this process stops: it is not fit for anything new."""
        self.is_leaving = True

    def picture_age_s(self) -> float:
        """Return how old the desk's last heartbeat is."""
        return max(monotonic() - self.heard, 0.0)

    def pulse(self) -> bytes:
        """Return the frame that says how far and how fresh this process's picture is."""
        pulse: dict[str, Any] = {"kind": "pulse", "seq": self.view.seq, "age_s": round(self.picture_age_s(), 1)}
        if self.late_loops:
            pulse["late_loops"] = sorted(self.late_loops)
        floods = self.floods.now(monotonic())
        if floods:
            pulse["floods"] = floods
        degraded = self.desk_finds | {name: state for name, state in self.dependencies.items() if state != "ok"}
        if degraded:
            pulse["degraded"] = degraded
        return to_json(pulse)
