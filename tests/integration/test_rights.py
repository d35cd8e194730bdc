"""Sectors side by side on the real server: mutual aid, neighbours' units, sealed reasons, walls, floods, limits."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio

from app.access.identity import Role
from app.access.keys import create_key
from app.access.limits import OPEN_PRIVATE, STRANGER
from app.store.hosts import Single
from app.store.migrate import migrations
from app.store.pool import open_pool
from app.store.roles import APPLICATION, AUDITOR, BACKUP, RECORDED, ROLES, passes_every_wall
from loadtests.rig import REGION, Engines, as_application, client
from tests.integration.scene import World, a_world
from tests.integration.watcher import Watcher, until

NEIGHBOUR: Final = "LRT"  # lends none of its units
FLOOD: Final = 40
RIGHTS: Final = 13  # the migration that builds the walls
WORDS: Final = "she cannot walk, ask for Xochitl"


@dataclass(slots=True)
class Floor:
    """Two sectors' dispatchers, a PSAP, and the server between them."""

    world: World
    here: httpx.AsyncClient
    there: httpx.AsyncClient
    psap: httpx.AsyncClient
    keys: dict[str, str]
    calls: int = 0

    async def call(self, sector: str, **more: Any) -> int:
        """Post a call to a sign of a sector and return its incident."""
        self.calls += 1
        signs = [s.sign_id for s in self.world.border.signs if s.sector == sector and s.kind.value == "land_placard"]
        body = {"call_id": f"f-{self.calls}", "said": signs[self.calls], **more}
        answer = await self.psap.post("/v1/calls", json=body)
        assert answer.status_code == 201, answer.text
        incident_id: int = answer.json()["incident_id"]
        return incident_id

    def unit_of(self, sector: str, number: int = 0) -> str:
        return [u.unit_id for u in self.world.border.units if u.sector == sector][number]

    async def duty(self, unit_id: str) -> None:
        async with self.world.http("dispatcher") as desk:
            assert (await desk.put(f"/v1/units/{unit_id}/duty", json={"on_duty": True})).status_code == 200


@pytest_asyncio.fixture(scope="module")
async def floor(rig: Engines) -> AsyncIterator[Floor]:
    async with a_world(rig, "rights", AUXILIO_FLOOD_CALLS_PER_MIN=str(FLOOD)) as world:
        pool = await open_pool(world.database, size=1)
        keys = {
            sector: await create_key(pool, REGION, Role.DISPATCHER, f"d-{sector}", sectors=(sector,))
            for sector in (world.sector, NEIGHBOUR)
        }
        await pool.close()
        async with world.http("dispatcher") as desk:
            for sector in keys:
                assert (await desk.put(f"/v1/sectors/{sector}/mode", json={"mode": "recommend"})).is_success
        service = world.service
        async with (
            client(service, keys[world.sector]) as here,
            client(service, keys[NEIGHBOUR]) as there,
            world.http("psap") as psap,
        ):
            yield Floor(world, here, there, psap, keys)


async def done(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


# Mutual aid.


async def test_a_helper_sees_handles_and_opens_from_its_yes_until_the_incident_closes(floor: Floor) -> None:
    incident = await floor.call(floor.world.sector, name="Xochitl")
    path = f"/v1/incidents/{incident}"
    sealed = (await done(await floor.here.get(path)))["calls"][0]["sealed"]
    why = {"purpose": "call back"}
    async with Watcher(floor.world.service, floor.keys[NEIGHBOUR], since="x") as console:
        await done(await floor.here.post(f"{path}/share", json={"sector": NEIGHBOUR}))
        await until(lambda: console.told("incident.share_offered"), "the question rings there")
        assert [row["kind"] for row in console.table("alarms").values()] == ["share_offered"]
        assert console.table("incidents") == {}
        for answer in (await floor.there.get(path), await floor.there.post(f"/v1/private/{sealed}", json=why)):
            assert answer.status_code == 404
        await done(await floor.there.post(f"{path}/share/agree", json={"sector": NEIGHBOUR}))
        await until(lambda: incident in console.table("incidents"), "the helper sees it")
        assert len(console.table("calls")) == 1
        assert (await done(await floor.there.post(f"/v1/private/{sealed}", json=why)))["name"] == "Xochitl"
        await done(await floor.there.post(f"{path}/notes", json={"text": "two trucks from here"}))
        assert (await floor.there.post(f"{path}/share", json={"sector": "YUM"})).status_code == 403
        timeline = (await done(await floor.there.get(path)))["timeline"]
        assert {"incident.opened", "incident.noted", "incident.share_agreed"} <= {line["kind"] for line in timeline}
        await done(await floor.here.post(f"{path}/outcome", json={"outcome": "found_well"}))
        await until(lambda: incident not in console.table("incidents"), "it is gone from the helper's picture")
        assert console.table("calls") == {}
    for answer in (await floor.there.get(path), await floor.there.post(f"/v1/private/{sealed}", json=why)):
        assert answer.status_code == 404


async def test_nobody_but_the_asked_sector_agrees_and_to_the_others_the_incident_stays_unknown(floor: Floor) -> None:
    incident = await floor.call(floor.world.sector)
    path = f"/v1/incidents/{incident}"
    unknown = await floor.there.post("/v1/incidents/9000000000/share/agree", json={"sector": NEIGHBOUR})
    early = await floor.there.post(f"{path}/share/agree", json={"sector": NEIGHBOUR})
    assert (early.status_code, early.content) == (404, unknown.content)
    await done(await floor.here.post(f"{path}/share", json={"sector": NEIGHBOUR}))
    itself = await floor.here.post(f"{path}/share/agree", json={"sector": NEIGHBOUR})
    assert (itself.status_code, itself.content) == (404, unknown.content), (
        "the asking sector cannot agree for the other"
    )
    await done(await floor.there.post(f"{path}/share/decline", json={"sector": NEIGHBOUR}))
    assert (await floor.there.get(path)).status_code == 404


async def test_an_incident_nobody_could_place_is_on_every_sector_s_screen(floor: Floor) -> None:
    answer = await floor.psap.post(
        "/v1/calls", json={"call_id": "nowhere", "narrative": "by a wash", "name": "Xochitl"}
    )
    path = f"/v1/incidents/{answer.json()['incident_id']}"
    for console in (floor.here, floor.there):
        whole = await done(await console.get(path))
        assert whole["incident"]["sector"] is None
        opened = await console.post(f"/v1/private/{whole['calls'][0]['sealed']}", json={"purpose": "find the place"})
        assert opened.status_code == 200


# Neighbours' units.


async def test_a_unit_of_a_sector_that_lends_none_is_unknown_until_it_helps(floor: Floor) -> None:
    incident = await floor.call(floor.world.sector)
    path, unit = f"/v1/incidents/{incident}", floor.unit_of(NEIGHBOUR)
    await floor.duty(unit)
    unknown = await floor.here.post(f"{path}/assign", json={"unit_id": "ZZZ9"})
    foreign = await floor.here.post(f"{path}/assign", json={"unit_id": unit})
    assert (foreign.status_code, foreign.content) == (404, unknown.content)
    await done(await floor.here.post(f"{path}/share", json={"sector": NEIGHBOUR}))
    await done(await floor.there.post(f"{path}/share/agree", json={"sector": NEIGHBOUR}))
    await done(await floor.here.post(f"{path}/assign", json={"unit_id": unit}))


async def test_a_lending_neighbour_s_free_unit_may_be_sent_but_not_taken_from_what_one_cannot_see(floor: Floor) -> None:
    lender = next(u.sector for u in floor.world.border.units if u.sector not in floor.keys)
    theirs, unit = await floor.call(lender), floor.unit_of(lender)
    async with floor.world.http("dispatcher") as desk:
        assert (await desk.put(f"/v1/sectors/{lender}/mode", json={"mode": "recommend"})).is_success
        await floor.duty(unit)
        held = (await done(await desk.get(f"/v1/units/{unit}")))["assignment_id"]
        if held is None:
            await done(await desk.post(f"/v1/incidents/{theirs}/assign", json={"unit_id": unit}))
    path = f"/v1/incidents/{await floor.call(floor.world.sector)}"
    picks = (await done(await floor.here.get(f"{path}/recommend")))[0]
    assert "busy" in picks["passed_over"], "the pick counts a consenting neighbour's units"
    taken = await floor.here.post(f"{path}/assign", json={"unit_id": unit, "preempt": True})
    assert taken.status_code == 409
    assert f"incident {theirs}" not in taken.text
    free = floor.unit_of(lender, 1)
    await floor.duty(free)
    await done(await floor.here.post(f"{path}/assign", json={"unit_id": free}))


# Reasons.


async def test_a_person_s_reasons_are_sealed_and_opened_by_who_sees_the_incident(floor: Floor) -> None:
    path = f"/v1/incidents/{await floor.call(floor.world.sector)}"
    unit = floor.world.unit_ids[0]
    await floor.duty(unit)
    sent = await done(await floor.here.post(f"{path}/assign", json={"unit_id": unit, "reason": WORDS}))
    down = {"assignment_id": sent["assignment_id"], "reason": WORDS}
    await done(await floor.here.post(f"{path}/stand-down", json=down))
    sent = await done(await floor.here.post(f"{path}/assign", json={"unit_id": unit}))
    no = {"status": "declined", "assignment_id": sent["assignment_id"], "reason": WORDS}
    await done(await floor.here.post(f"/v1/units/{unit}/status", json=no))
    rows = (await done(await floor.here.get(path)))["assignments"]
    assert [row["reason"] for row in rows] == ["stood down", "other"]
    timeline = await floor.world.query("SELECT body FROM ledger WHERE kind = 'offer.made' ORDER BY seq")
    offered = [json.loads(row["body"])["event"]["sealed"] for row in timeline]
    for sealed in (*(row["reason_sealed"] for row in rows), *filter(None, offered)):
        opened = await done(await floor.here.post(f"/v1/private/{sealed}", json={"purpose": "review"}))
        assert opened["text"] == WORDS
        assert (await floor.there.post(f"/v1/private/{sealed}", json={"purpose": "x"})).status_code == 404
    for table in ("ledger", "commands", "assignments"):
        shown = await floor.world.query(f"SELECT count(*) AS n FROM {table} AS t WHERE t::text LIKE '%Xochitl%'")
        assert shown[0]["n"] == 0, table


async def test_a_code_from_the_agents_app_stays_a_code(floor: Floor) -> None:
    path = f"/v1/incidents/{await floor.call(floor.world.sector)}"
    unit = floor.world.unit_ids[1]
    await floor.duty(unit)
    sent = await done(await floor.here.post(f"{path}/assign", json={"unit_id": unit}))
    no = {"status": "declined", "assignment_id": sent["assignment_id"], "reason": "too_far"}
    await done(await floor.here.post(f"/v1/units/{unit}/status", json=no))
    (row,) = (await done(await floor.here.get(path)))["assignments"]
    assert (row["reason"], row["reason_sealed"]) == ("too_far", None)


async def test_a_split_off_report_is_opened_where_it_went(floor: Floor) -> None:
    first = await floor.call(floor.world.sector, callback_number="5205550123")
    again = await floor.psap.post("/v1/calls", json={"call_id": "split", "callback_number": "5205550123"})
    assert again.json()["incident_id"] == first
    calls = (await done(await floor.here.get(f"/v1/incidents/{first}")))["calls"]
    split = await done(await floor.here.post(f"/v1/incidents/{first}/split", json={"calls": [calls[1]["id"]]}))
    sign = next(s.sign_id for s in floor.world.border.signs if s.sector == NEIGHBOUR)
    async with floor.world.http("dispatcher") as desk:
        await done(await desk.post(f"/v1/incidents/{split['incident_id']}/place", json={"sign_id": sign}))
    why = {"purpose": "call back"}
    assert (await floor.there.post(f"/v1/private/{calls[1]['sealed']}", json=why)).status_code == 200
    assert (await floor.here.post(f"/v1/private/{calls[1]['sealed']}", json=why)).status_code == 404
    assert (await floor.here.post(f"/v1/private/{calls[0]['sealed']}", json=why)).status_code == 200


# The database's own walls.


async def as_role(floor: Floor, **settings: str) -> Single:
    return await asyncpg.connect(as_application(floor.world.database), server_settings=settings)


async def test_the_database_shows_a_connection_only_what_its_sectors_may_see(floor: Floor) -> None:
    here, there = floor.world.sector, NEIGHBOUR
    own, other = await floor.call(here), await floor.call(there)
    seen: dict[str, dict[str, int]] = {}
    for sectors in (here, there, f"{here},{there}", "*", ""):
        connection = await as_role(floor, **({"app.sectors": sectors} if sectors else {}))
        ids = {row["id"] for row in await connection.fetch("SELECT id FROM incidents")}
        assert (own in ids, other in ids) == (here in sectors or sectors == "*", there in sectors or sectors == "*")
        tables = ("incidents", "calls", "ledger", "sealed", "alarms", "assignments", "audit_trail")
        seen[sectors] = {t: await connection.fetchval(f"SELECT count(*) FROM {t}") for t in tables}
        about = await connection.fetch("SELECT DISTINCT incident_id FROM sealed WHERE incident_id IS NOT NULL")
        assert {row["incident_id"] for row in about} <= ids
        await connection.close()
    assert set(seen[""].values()) == {0}, "a connection that says nothing sees nothing"
    assert seen[here]["audit_trail"] == 0
    for table in ("incidents", "calls", "ledger", "sealed"):
        assert 0 < seen[there][table] < seen["*"][table], table


async def test_what_was_sealed_before_the_walls_stood_gets_its_incident(rig: Engines) -> None:
    owner = await asyncpg.connect(rig.postgres.dsn)
    await owner.execute("CREATE DATABASE an_old_one")
    await owner.close()
    dsn = rig.postgres.dsn.replace("/postgres?", "/an_old_one?", 1)
    database = await asyncpg.connect(dsn)
    for migration in migrations():
        if migration.version < RIGHTS:
            await database.execute(migration.sql)
    call, note, loose = (str(UUID(int=n)) for n in (1, 2, 3))
    for sealed, kind in ((call, "call"), (note, "note"), (loose, "call")):
        await database.execute("INSERT INTO sealed VALUES ('r', $1, $2, 'k', '', '')", UUID(sealed), kind)
    for seq, kind, about, sealed in ((1, "call.received", 7, call), (2, "incident.noted", 8, note)):
        line = f'{{"event":{{"sealed":"{sealed}"}}}}'
        values = (seq, UUID(int=seq), kind, about, line)
        await database.execute(
            "INSERT INTO ledger (region, seq, command_id, kind, version, at, incident_id, body, hash)"
            " VALUES ('r', $1, $2, $3, 1, now(), $4, $5, '')", *values,
        )  # fmt: skip
    image = json.dumps({"id": 1, "incident_id": 9, "psap": "p", "sealed": call})  # merged into another since
    await database.execute("INSERT INTO calls (region, id, image) VALUES ('r', 1, $1)", image)
    for migration in migrations():
        if migration.version >= RIGHTS:
            await database.execute(migration.sql)
    rows = await database.fetch("SELECT id, incident_id FROM sealed ORDER BY id")
    assert [row["incident_id"] for row in rows] == [9, 8, None]
    await database.close()


async def test_the_application_cannot_change_or_remove_what_was_recorded(floor: Floor) -> None:
    connection = await as_role(floor, **{"app.sectors": "*"})
    assert not await passes_every_wall(connection)
    attempts = [f"DELETE FROM {t}" for t in (*RECORDED, "audit_trail")]
    attempts += [f"TRUNCATE {t}" for t in (*RECORDED, "audit_trail", "sealed", "ledger_head")]
    attempts += [
        "UPDATE ledger SET body = ''",
        "UPDATE audit_trail SET body = ''",
        "INSERT INTO audit_heads VALUES ('x')",
        "DELETE FROM ledger_head",
    ]
    attempts += ["UPDATE incidents SET image = '{}'", "INSERT INTO ledger SELECT * FROM ledger", "DROP TABLE ledger"]
    attempts += ["ALTER TABLE ledger DISABLE ROW LEVEL SECURITY", "DROP POLICY region ON sealed", "CREATE TABLE x ()"]
    attempts += [f"SET ROLE {AUDITOR}", "DELETE FROM schema_migrations", "ALTER FUNCTION append_batch SECURITY INVOKER"]
    done = []
    for attempt in attempts:
        try:
            await connection.execute(attempt)
        except asyncpg.InsufficientPrivilegeError:
            continue
        done.append(attempt)
    await connection.close()
    assert done == []


async def test_the_auditor_reads_the_history_and_no_sealed_body_and_the_backup_reads_all(floor: Floor) -> None:
    owner = await asyncpg.connect(floor.world.database)
    total = await owner.fetchval("SELECT count(*) FROM ledger")
    for role, allowed in ((AUDITOR, False), (BACKUP, True)):
        await owner.execute(f"SET ROLE {role}")
        assert await owner.fetchval("SELECT count(*) FROM ledger") == total
        assert await owner.fetchval("SELECT count(incident_id) FROM sealed") > 0
        for table in ("body", "data_key"):
            if allowed:
                await owner.fetchval(f"SELECT max(length({table})) FROM sealed")
            else:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await owner.fetchval(f"SELECT {table} FROM sealed")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute("DELETE FROM ledger")
        await owner.execute("RESET ROLE")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.execute(f"SET ROLE {AUDITOR}; SELECT hash FROM keys")
    await owner.execute("RESET ROLE")
    assert await passes_every_wall(owner)
    await owner.close()
    assert APPLICATION in ROLES


async def test_an_operator_s_own_database_gets_the_same_walls_by_one_command(rig: Engines, floor: Floor) -> None:
    owner = await asyncpg.connect(rig.postgres.dsn)
    await owner.execute("CREATE ROLE an_owner LOGIN CREATEROLE PASSWORD 'made-up'")
    await owner.execute("CREATE DATABASE an_agency OWNER an_owner")
    await owner.close()
    theirs = floor.world.database.replace(urlsplit(floor.world.database).netloc, "an_owner:made-up@", 1)
    theirs = theirs.replace(urlsplit(theirs).path, "/an_agency", 1)
    ours = as_application(floor.world.database).replace(urlsplit(theirs).path, "/an_agency", 1)
    ours = ours.replace(urlsplit(floor.world.database).path, "/an_agency", 1)
    for urls, said in (
        ({"DATABASE_URL": theirs}, (0, "MIGRATE_DATABASE_URL")),
        ({"DATABASE_URL": theirs, "MIGRATE_DATABASE_URL": rig.postgres.dsn}, (1, "let the service run as")),
        ({"DATABASE_URL": ours, "MIGRATE_DATABASE_URL": theirs}, (0, "the roles are there")),
    ):
        command = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app.cli", "database", "roles",
            env={**os.environ, "REDIS_URL": rig.valkey.url, **urls},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await command.communicate()
        assert (command.returncode, said[1] in out.decode()) == (said[0], True), out.decode()


# Floods and limits.


async def test_a_flood_is_taken_flagged_once_and_leaves_the_line_usable(floor: Floor) -> None:
    sign = next(s.sign_id for s in floor.world.border.signs if s.sector == floor.world.sector and "R-" not in s.sign_id)

    async def post(number: int) -> int:
        body = {"call_id": f"flood-{number}", "said": sign, "callback_number": f"52077{number:05d}"}
        return (await floor.psap.post("/v1/calls", json=body)).status_code

    statuses = [s for n in range(0, 200, 20) for s in await asyncio.gather(*(post(m) for m in range(n, n + 20)))]
    assert set(statuses) == {201}, "a call of somebody with a key is never refused"
    async with floor.world.http("dispatcher") as desk:
        alarms = await done(await desk.get("/v1/alarms"))
        flagged = [a for a in alarms if a["kind"] == "system" and "flood of calls from psap-1" in a["reason"]]
        assert [a["times"] for a in flagged] == [1]
        flood = [i for i in await done(await desk.get("/v1/incidents")) if (i["place"] or {}).get("sign_id") == sign]
        assert len(flood) <= 6, "a crowd at one sign is one line in the queue, not two hundred"
        assert max(len(incident["calls"]) for incident in flood) >= 190
    async with Watcher(floor.world.service, floor.keys[NEIGHBOUR], since="x") as console:
        await until(lambda: console.heard("pulse"), "the pulse")
        assert console.heard("pulse")[0]["floods"]["psap-1"] > FLOOD


async def test_whoever_reads_out_sealed_values_is_slowed_and_calls_still_come_in(floor: Floor) -> None:
    incident = await floor.call(floor.world.sector)
    sealed = (await done(await floor.here.get(f"/v1/incidents/{incident}")))["calls"][0]["sealed"]
    statuses: list[int] = []
    while 429 not in statuses:
        assert len(statuses) < OPEN_PRIVATE.burst * 2
        answer = await floor.here.post(f"/v1/private/{sealed}", json={"purpose": "x"})
        statuses.append(answer.status_code)
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.json()["code"] == "too_many"
    await floor.call(floor.world.sector)
    assert (await floor.here.get(f"/v1/incidents/{incident}")).status_code == 200, (
        "other doors are open to the same key"
    )


async def test_an_address_that_guesses_is_throttled_and_a_valid_key_from_it_is_not(floor: Floor) -> None:
    async with client(floor.world.service, "aux_000000000000_guess") as stranger:
        guesses = [(await stranger.get("/v1/me")).status_code for _ in range(STRANGER.burst + 60)]
        assert set(guesses) == {401, 429}
        assert (await stranger.get("/v1/me")).status_code == 429
    await floor.call(floor.world.sector)
