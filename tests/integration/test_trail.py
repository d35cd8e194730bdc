"""Who opened what, and why, is on record; and neither that record nor the ledger can be changed unseen."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import orjson
import pytest
import pytest_asyncio

from app.access.identity import Role
from app.heads import BadHead, SignedHead, Signer, check, read_file
from app.retention.retention import Retention
from app.retention.rules import DAYS
from app.sealing import KeyFile, Sealer
from app.store.pool import open_pool
from app.verify import verify
from loadtests.rig import REGION, Engines, client
from tests.integration.backup import dump, restore
from tests.integration.people import person_key
from tests.integration.scene import World, a_world
from tests.integration.terminal import auxilio

PURPOSE: Final = "to call Inés back"
# Each as somebody with the database's password would do it, and what is said of it.
TAMPERED: Final = {
    "an event's text": (
        "UPDATE ledger SET body = replace(body, 'dispatcher-1', 'dispatcher-2') WHERE body LIKE '%dispatcher-1%'",
        "its bytes or an earlier row were changed",
    ),
    "an event gone": ("DELETE FROM ledger WHERE seq = 12", "event 13"),
    "the last event gone": ("DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)", "the head row says"),
    "the last event gone with the head moved": (
        """DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger);
           UPDATE ledger_head SET (seq, hash) = (SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1)""",
        "signed at",
    ),
    "two events in another order": (
        """UPDATE ledger SET seq = -12 WHERE seq = 12; UPDATE ledger SET seq = 12 WHERE seq = 13;
           UPDATE ledger SET seq = 13 WHERE seq = -12""",
        "event 12",
    ),
    "whose command an event is": ("UPDATE ledger SET command_id = gen_random_uuid() WHERE seq = 12", "event 12"),
    "when an event was": ("UPDATE ledger SET at = at - interval '1 hour' WHERE seq = 12", "event 12"),
    "a command gone": ("DELETE FROM commands WHERE first_seq = (SELECT max(first_seq) FROM commands)", "is missing"),
    "a command's place": (
        "UPDATE commands SET last_seq = last_seq + 1 WHERE first_seq = (SELECT max(first_seq) FROM commands)",
        "differs",
    ),
    "a command too many": (
        "INSERT INTO commands SELECT region, gen_random_uuid(), NULL, 1, 1, reply FROM commands LIMIT 1",
        "is not the ledger's",
    ),
    "an act's text": (
        "UPDATE audit_trail SET body = replace(body, 'dispatcher-1', 'dispatcher-2') WHERE seq = 2",
        "act 2",
    ),
    "an act gone": ("DELETE FROM audit_trail WHERE seq = 2", "act 2"),
    "the first act gone": ("DELETE FROM audit_trail WHERE seq = 1", "act 1"),
    "the last act gone": ("DELETE FROM audit_trail WHERE seq = (SELECT max(seq) FROM audit_trail)", "the trail's head"),
    "two acts in another order": (
        """UPDATE audit_trail SET seq = -2 WHERE seq = 2; UPDATE audit_trail SET seq = 2 WHERE seq = 3;
           UPDATE audit_trail SET seq = 3 WHERE seq = -2""",
        "act 2",
    ),
    "old acts ended before their time": ("SELECT end_audit('southwest', now())", "and gone"),
    "all acts gone": ("DELETE FROM audit_trail; DELETE FROM audit_heads", "and gone"),
}


@pytest_asyncio.fixture(scope="module")
async def heads_dir(rig: Engines) -> Path:
    return rig.folder / "elsewhere"


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines, heads_dir: Path) -> AsyncIterator[World]:
    async with a_world(rig, "trail", units=1, AUXILIO_HEADS_DIR=str(heads_dir)) as made:
        yield made


@pytest_asyncio.fixture(scope="module")
async def auditor(world: World) -> str:
    return await person_key(world.database, Role.AUDITOR, "A. Auditor")


@pytest_asyncio.fixture(scope="module")
async def sealed(world: World) -> list[str]:
    """Three calls, each of them opened by a dispatcher, and what their private parts are called."""
    found = []
    async with world.http("psap") as psap, world.http("dispatcher") as desk:
        for number in range(3):
            said = {"said": world.sign(number), "name": "Inés", "callback_number": f"520555{number:04d}"}
            call = (await psap.post("/v1/calls", json=said)).json()
            rows = (await desk.get(f"/v1/incidents/{call['incident_id']}")).json()["calls"]
            found.append(rows[0]["sealed"])
            await desk.put(f"/v1/incidents/{call['incident_id']}/priority", json={"priority": 7})
            opened = await desk.post(f"/v1/private/{found[-1]}", json={"purpose": PURPOSE})
            assert opened.json()["name"] == "Inés"
    return found


@pytest_asyncio.fixture(scope="module")
async def template(world: World, rig: Engines, sealed: list[str]) -> str:
    """Return a copy of the database in which everything stands that was signed; the service signs when it starts."""
    assert sealed
    assert await world.service.stop() == 0
    await world.service.start()
    for _ in range(100):
        (row,) = await world.query(
            "SELECT seq, (SELECT max((statement::jsonb->>'seq')::bigint) FROM signed_heads) AS signed FROM ledger_head"
        )
        if row["seq"] == row["signed"]:
            break
        await asyncio.sleep(0.05)
    assert row["seq"] == row["signed"], world.service.last_words()
    return await restore(rig, await dump(world.database, rig.folder / "trail.dump"))


def key_of(world: World) -> str:
    return Signer(KeyFile(world.service.folder / "keys.json")).public_key()


def kept(heads_dir: Path) -> list[SignedHead]:
    return [head for file in sorted(heads_dir.iterdir()) for head in read_file(file)]


async def a_copy(rig: Engines, template: str, name: str, sql: str) -> str:
    """Return the DSN of a copy of a database in which somebody has done this."""
    connection = await asyncpg.connect(rig.postgres.dsn)
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{urlsplit(template).path[1:]}"')
    finally:
        await connection.close()
    parts = urlsplit(template)
    dsn = urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
    return dsn


async def test_an_opened_value_is_on_record_with_who_what_and_why_and_the_auditor_reads_it(
    world: World, sealed: list[str], auditor: str
) -> None:
    async with client(world.service, auditor) as http:
        found = (await http.post("/v1/audit", json={"act": "read"})).json()
        again = (await http.post("/v1/audit", json={"by": "A. Auditor"})).json()
        one = (await http.post("/v1/audit", json={"act": "read", "limit": 1})).json()
        rest = (await http.post("/v1/audit", json={"act": "read", "before": one["rows"][0]["seq"]})).json()
    rows = found["rows"]
    assert [row["about"] for row in rows] == sealed[::-1]
    assert {(row["by"], row["role"], row["reason"]) for row in rows} == {("dispatcher-1", "dispatcher", PURPOSE)}
    assert all(row["incident_id"] and row["more"] == {"what": "call"} for row in rows)
    assert {row["act"] for row in again["rows"]} == {"read_trail"}, "who watches is on record too"
    assert not one["is_whole"]
    assert one["rows"] + rest["rows"] == rows
    assert not [row for row in await world.query("SELECT body FROM audit_trail") if PURPOSE in row["body"]]


async def test_an_auditor_sees_no_personal_data_and_nobody_else_sees_the_trail(
    world: World, sealed: list[str], auditor: str
) -> None:
    async with client(world.service, auditor) as http:
        for path in ("/v1/board", "/v1/incidents", "/v1/alarms", "/v1/units"):
            assert (await http.get(path)).status_code == 403, path
        assert (await http.post(f"/v1/private/{sealed[0]}", json={"purpose": "to see"})).status_code == 403
        assert (await http.post("/v1/erasures", json={"incident_id": 1, "reason": "to see"})).status_code == 403
    async with world.http("dispatcher") as http:
        assert (await http.post("/v1/audit", json={})).status_code == 403
        assert (await http.get("/v1/audit/counts")).status_code == 403


async def test_counts_of_acts_can_be_handed_on_as_csv(world: World, sealed: list[str], auditor: str) -> None:
    async with client(world.service, auditor) as http:
        text = (await http.get("/v1/audit/counts.csv")).text
        rows = (await http.get("/v1/audit/counts")).json()
    lines = text.splitlines()
    assert lines[0] == "month,by,act,n"
    assert f"{rows[0]['month']},dispatcher-1,read,{len(sealed)}" in lines


async def test_an_untouched_copy_is_sound_and_its_heads_were_kept_elsewhere(
    world: World, template: str, heads_dir: Path
) -> None:
    heads = list(check(kept(heads_dir), key_of(world)))
    report = await verify(template, REGION, heads)
    assert report.is_sound, report.faults
    assert report.heads == len(heads) >= 2
    assert report.acts >= 3


@pytest.mark.parametrize("what", TAMPERED)
async def test_a_changed_removed_or_reordered_row_is_found(
    world: World, template: str, rig: Engines, heads_dir: Path, what: str
) -> None:
    sql, said = TAMPERED[what]
    dsn = await a_copy(rig, template, f"tampered {list(TAMPERED).index(what)}", sql)
    kept_from = datetime.now(UTC) - timedelta(days=DAYS["staff"])
    report = await verify(dsn, REGION, check(kept(heads_dir), key_of(world)), ended_before=kept_from)
    assert any(said in fault for fault in report.faults), report.faults


async def test_a_chain_rewritten_whole_is_found_by_the_signed_heads_and_by_nothing_else(
    world: World, template: str, rig: Engines, heads_dir: Path
) -> None:
    dsn = await a_copy(rig, template, "rewritten", "SELECT 1")
    await rewrite(dsn, "ledger", "ledger_head")
    await rewrite(dsn, "audit_trail", "audit_heads")
    assert (await verify(dsn, REGION)).is_sound
    faults = (await verify(dsn, REGION, check(kept(heads_dir), key_of(world)))).faults
    assert [fault for fault in faults if "not the history" in fault]
    assert [fault for fault in faults if "not the trail" in fault]


async def rewrite(dsn: str, table: str, head: str) -> None:
    """Say that somebody else did it all, and make every hash fit."""
    connection = await asyncpg.connect(dsn)
    try:
        before = b""
        for row in await connection.fetch(f"SELECT seq, body FROM {table} ORDER BY seq"):
            body = row["body"].replace("dispatcher-1", "dispatcher-9")
            before = sha256(before + body.encode()).digest()
            await connection.execute(
                f"UPDATE {table} SET body = $2, hash = $3 WHERE seq = $1", row["seq"], body, before
            )
        await connection.execute(f"UPDATE {head} SET hash = $1", before)
    finally:
        await connection.close()


async def test_heads_that_another_key_signed_or_that_were_changed_are_refused(
    world: World, template: str, heads_dir: Path, tmp_path: Path
) -> None:
    assert template
    heads = kept(heads_dir)
    with pytest.raises(BadHead, match="not signed by this key"):
        list(check(heads, Signer(KeyFile(tmp_path / "others.json")).public_key()))
    said = orjson.loads(heads[0].statement) | {"seq": 1}
    with pytest.raises(BadHead, match="head 1: not signed"):
        list(check([SignedHead(orjson.dumps(said).decode(), heads[0].signature)], key_of(world)))


async def test_the_command_line_verifies_against_heads_kept_elsewhere(
    world: World, template: str, rig: Engines, heads_dir: Path
) -> None:
    (file, *_) = sorted(heads_dir.iterdir())
    more = ["--heads", str(file), "--public-key", key_of(world)]
    folder = world.service.folder
    sound = await auxilio(template, world.redis, folder, "ledger", "verify", *more)
    assert (sound.exit_code, sound.output.rstrip()[-5:]) == (0, "sound")
    assert (await auxilio(template, world.redis, folder, "ledger", "verify")).exit_code == 0
    assert (await auxilio(template, world.redis, folder, "ledger", "verify", *more[:2])).exit_code == 2
    assert (await auxilio(template, world.redis, folder, "ledger", "public-key")).output.strip() == key_of(world)
    dsn = await a_copy(rig, template, "shortened", TAMPERED["the last event gone with the head moved"][0])
    short = await auxilio(dsn, world.redis, folder, "ledger", "verify", *more)
    assert (short.exit_code, "and gone" in short.output) == (1, True)


async def test_old_acts_and_their_reasons_end_and_the_chain_goes_on(
    world: World, template: str, rig: Engines, tmp_path: Path
) -> None:
    dsn = await a_copy(rig, template, "years on", "SELECT 1")
    keys = Path(shutil.copy(world.service.folder / "keys.json", tmp_path / "keys.json"))
    pool = await open_pool(dsn, size=2)
    try:
        retention = Retention(pool, REGION, Sealer(KeyFile(keys), REGION))
        await retention.round(datetime.now(UTC) + timedelta(days=DAYS["staff"] + 70))
        acts = {row["act"] for row in await pool.fetch("SELECT act FROM audit_trail")}
        reasons = await pool.fetchval("SELECT count(*) FROM sealed WHERE kind = 'purpose'")
        calls = await pool.fetchval("SELECT count(*) FROM sealed WHERE kind = 'call'")
    finally:
        await pool.close()
    assert "read" not in acts
    assert (reasons, calls) == (0, 3), "the three are still looked for"
    assert not [name for name in KeyFile(keys).names() if name.startswith("staff/")]
    assert (await verify(dsn, REGION)).is_sound
