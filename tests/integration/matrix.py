"""What the matrix walks: everybody who may ask, every route there is, and what stands in each of two sectors."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from app.access.identity import Role
from app.access.keys import create_key
from app.access.open import OPEN
from app.access.policy import POLICY, Action, Reach
from app.contract.answers import ASKED
from app.contract.openapi import action_of
from app.door import REPORTS
from app.http import build_http
from app.store.pool import open_pool
from loadtests.rig import REGION, client
from tests.integration.scene import World

NOBODYS: Final = 9_000_000_000  # an id nobody ever made
# What a route is about, by the name of the parameter; each belongs to a sector, a unit or a caller.
BOUND: Final = (
    "incident_id", "alarm_id", "sealed_id", "unit_id", "device_id", "webhook_id", "callback_id", "sector_id",
    "incident",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody with a key. `sectors` empty: the region."""

    label: str
    role: Role
    key: str
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Walked:
    """One way in: a method, a path, and what it is to the policy; `bound` is the parameter that somebody owns."""

    method: str
    path: str
    action: Action | None
    body: dict[str, Any] | None
    bound: str | None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def reach(self, who: Who) -> Reach | None:
        """How far this identity's permission goes here, as the table says; None when it has none."""
        assert self.action is not None
        reach = POLICY[self.action].get(who.role)
        return None if reach is Reach.REGION and who.sectors else reach


def routes() -> list[Walked]:
    """Return every route of the application, also those past the framework, which are the same paths."""
    found = []
    for route in every_route(build_http(None).routes):
        if isinstance(route, APIRoute):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                bound = next((name for name in BOUND if f"{{{name}}}" in route.path), None)
                found.append(Walked(method, route.path, action_of(route), _body(route), bound))
    assert set(REPORTS) <= {walked.path for walked in found}
    return found


def every_route(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Yield the routes of an application and of the routers it includes, which the framework keeps apart."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from every_route(included.routes)


def _body(route: APIRoute) -> dict[str, Any] | None:
    if route.body_field is None:
        return None
    model = route.body_field.field_info.annotation
    assert isinstance(model, type)
    return ASKED.get(model.__name__, {})  # empty: a route of the demo, which is not in the contract


def guarded() -> list[Walked]:
    return [walked for walked in routes() if walked.path not in OPEN]


@dataclass(slots=True)
class Sector:
    """What stands in one sector, by the parameter that names it. `fresh` gives what a request may use up."""

    name: str
    unit: str
    tower: str
    known: dict[str, Any]
    made: int = 0


async def everybody(world: World, here: str) -> list[Who]:
    """Make a key for every role there is. People have no keys in real life, so the table's CHECK goes first."""
    await world.query("ALTER TABLE keys DROP CONSTRAINT keys_role_check")
    await world.query("ALTER TABLE keys DROP CONSTRAINT keys_unit_check")
    pool = await open_pool(world.database, size=1)
    try:
        found = []
        for role, scoped, unit_id in _castings(world.unit_ids[0]):
            sectors = (here,) if scoped else ()
            key = await create_key(pool, REGION, role, f"the {role}", sectors=sectors, unit_id=unit_id)
            found.append(Who(f"{role.value} of {here}" if scoped else role.value, role, key, sectors))
    finally:
        await pool.close()
    return found


def _castings(unit: str) -> Iterator[tuple[Role, bool, str | None]]:
    for role in Role:
        yield role, False, unit if role in (Role.AGENT, Role.TRACKER) else None
        if role in (Role.DISPATCHER, Role.SUPERVISOR, Role.PARTNER):
            yield role, True, None


async def furnish(world: World, name: str, psap: str) -> Sector:
    """Let there be an incident, a note, an alarm, a unit, a device, a webhook and a dead call-back in a sector."""
    signs = [s for s in world.border.signs if s.sector == name and s.life.value != "retired"]
    placard = next(s.sign_id for s in signs if s.kind.value == "land_placard")
    tower = next(s.sign_id for s in signs if s.kind.value == "rescue_tower")
    unit = next(u.unit_id for u in world.border.units if u.sector == name)
    async with world.http("dispatcher") as desk:  # else a unit of the one sector would be sent to the other
        assert (await desk.put(f"/v1/sectors/{name}/mode", json={"mode": "recommend"})).status_code == 200
    async with client(world.service, psap) as http:
        call = (await http.post("/v1/calls", json={"said": placard, "call_id": f"m-{name}"})).json()
    incident_id = call["incident_id"]
    async with world.http("dispatcher") as desk:
        note = await desk.post(f"/v1/incidents/{incident_id}/notes", json={"text": "words"})
        alarm = (await desk.post(f"/v1/units/{unit}/mayday", json={})).json()["alarm_id"]
    sector = Sector(name, unit, tower, {})
    sector.known = {
        "incident_id": incident_id,
        "incident": f"urn:emergency:uid:incidentid:{REGION}.{incident_id}:{REGION}.auxilio.invalid",
        "alarm_id": alarm,
        "sealed_id": note.json()["note"],
        "unit_id": unit,
        "sector_id": name,
        **await consumables(world, sector),
    }
    return sector


async def consumables(world: World, sector: Sector) -> dict[str, Any]:
    """Make what a request uses up anew, so that the next one finds it again."""
    sector.made += 1
    number = sector.made  # another walker may come while this one waits
    webhook = f"{sector.name}{number}"
    await world.query(
        "INSERT INTO webhooks (region, id, url, kinds, sectors, from_seq, made_by)"
        " VALUES ($1, $2, 'http://127.0.0.1:9/', '{nothing.at_all}', $3, 0, 'test')",
        REGION, webhook, [sector.name],
    )  # fmt: skip
    rows = await world.query(
        "INSERT INTO callbacks (region, psap, seq, psap_call_id, event, incident_id, body, state, done_at)"
        " VALUES ($1, 'nobody', $2, $3, 'closed', $4, '{}', 'dead', now()) RETURNING id",
        REGION, number, f"{sector.name}-{number}", sector.known.get("incident_id", 0),
    )  # fmt: skip
    async with world.http("dispatcher") as desk:
        bound = await desk.put(f"/v1/towers/devices/device{webhook}", json={"tower_id": sector.tower})
    assert bound.status_code == 200, bound.text
    return {"webhook_id": webhook, "callback_id": rows[0]["id"], "device_id": f"device{webhook}"}


def nobodys(bound: str) -> Any:
    """Return an id of this kind that nobody ever made."""
    match bound:
        case "sealed_id":
            return uuid4()
        case "unit_id" | "sector_id":
            return "ZZZ9"
        case "webhook_id" | "device_id":
            return "nobodys"
        case "incident":
            return f"urn:emergency:uid:incidentid:{REGION}.{NOBODYS}:{REGION}.auxilio.invalid"
        case _:
            return NOBODYS
