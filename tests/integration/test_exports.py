"""Counts for whoever may ask; incidents one by one only for a role and a reason, which is on record."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from app.access.identity import Role
from app.export import COUNTED, LISTED
from loadtests.rig import Engines, client
from tests.integration.people import person_key
from tests.integration.scene import World, a_world
from tests.integration.terminal import auxilio

SPAN = {"since": "2026-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "reason": "study of response times"}


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    async with a_world(rig, "exports", units=1) as made:
        async with made.http("psap") as psap:
            for number in range(5):  # the sixth about one sign would join the oldest
                said = {"said": made.sign(0), "callback_number": f"52055530{number:02d}", "name": "Inés"}
                assert (await psap.post("/v1/calls", json=said)).status_code == 201
            await psap.post("/v1/calls", json={"said": made.sign(30), "kind": "test"})
        yield made


@pytest_asyncio.fixture(scope="module")
async def supervisor(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with client(world.service, await person_key(world.database, Role.SUPERVISOR, "M. Ortiz")) as http:
        yield http


async def test_counts_are_by_month_and_coarse_cell_and_leave_out_tests(
    world: World, supervisor: httpx.AsyncClient
) -> None:
    rows = (await supervisor.get("/v1/export/counts")).json()
    point = next(s.point for s in world.border.signs if s.sign_id == world.sign(0))
    assert [(row["cell"], row["incidents"], row["found"]) for row in rows] == [(point.cell(7), 5, None)]
    text = (await supervisor.get("/v1/export/counts.csv")).text
    assert text.splitlines()[0] == "month,cell,incidents,found,not_found"


async def test_one_by_one_takes_a_role_and_a_reason_and_holds_nothing_sealed(
    world: World, supervisor: httpx.AsyncClient
) -> None:
    without = {name: value for name, value in SPAN.items() if name != "reason"}
    refused = await supervisor.post("/v1/export/incidents", json=without)
    assert (refused.status_code, refused.json()["field"]) == (422, "reason")
    backwards = SPAN | {"since": SPAN["until"], "until": SPAN["since"]}
    assert (await supervisor.post("/v1/export/incidents", json=backwards)).json()["field"] == "until"
    answer = await supervisor.post("/v1/export/incidents", json=SPAN)
    assert len(answer.json()) == 6
    assert "Inés" not in answer.text
    assert "52055530" not in answer.text
    async with world.http("dispatcher") as desk:
        assert (await desk.post("/v1/export/incidents", json=SPAN)).status_code == 403
        assert (await desk.get("/v1/export/counts")).status_code == 403
    async with client(world.service, await person_key(world.database, Role.AUDITOR, "A. Auditor")) as auditor:
        assert (await auditor.post("/v1/export/incidents", json=SPAN)).status_code == 403
        (row,) = (await auditor.post("/v1/audit", json={"act": "export", "limit": 1})).json()["rows"]
    assert (row["by"], row["reason"], row["more"]["incidents"]) == ("M. Ortiz", SPAN["reason"], 6)


async def test_an_operator_exports_as_a_supervisor_does(world: World) -> None:
    async def export(*words: str) -> list[str]:
        since = ("--since", "2026-01-01", "--until")
        done = await auxilio(world.database, world.redis, world.service.folder, "export", words[0], *since, *words[1:])
        assert done.exit_code == 0, done.output
        return done.output.splitlines()

    counted = await export("counts", "2100-01-01")
    assert (counted[0], len(counted)) == (",".join(COUNTED), 2)
    listed = await export("incidents", "2100-01-01", "--reason", SPAN["reason"])
    assert (listed[0], len(listed)) == (",".join(LISTED), 7)
    assert await export("incidents", "2026-01-02", "--reason", SPAN["reason"]) == [",".join(LISTED)]


async def test_another_sector_s_supervisor_exports_and_erases_nothing_of_ours(world: World) -> None:
    elsewhere = next(s.sector for s in world.border.sectors if s.sector != world.border.units[0].sector)
    key = await person_key(world.database, Role.SUPERVISOR, "of elsewhere", sectors=(elsewhere,))
    (incident,) = await world.query("SELECT min(id) AS id FROM incidents")
    async with client(world.service, key) as http:
        assert (await http.post("/v1/export/incidents", json=SPAN)).json() == []
        assert (await http.get("/v1/export/counts")).json() == []
        ask = {"kind": "legal", "reason": "to see"}
        hold = await http.post(f"/v1/incidents/{incident['id']}/holds", json=ask)
        unknown = await http.post("/v1/incidents/999999/holds", json=ask)
        assert hold.status_code == unknown.status_code == 404
        assert hold.json() == unknown.json()
        erase = {"incident_id": incident["id"], "reason": "to see"}
        theirs, nobodys = [
            await http.post("/v1/erasures", json=erase | {"incident_id": one}) for one in (incident["id"], 999_999)
        ]
        assert (theirs.status_code, theirs.json()) == (nobodys.status_code, nobodys.json())
        assert (await http.get("/v1/holds")).json() == []
