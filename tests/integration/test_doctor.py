"""What `auxilio doctor` says while one thing after the other is really broken, in the order in which it is broken."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from app.cli import cli
from app.doctor import words
from app.doctor.examination import Line
from app.doctor.finding import warn
from app.doctor.table import CHECKS
from app.spool.segment import Segment
from loadtests.rig import REGION, Engines, Service, as_application, client, engines, make_keys
from tests.integration.terminal import auxilio

WITHIN_S = 15.0
NUMBER = "5205550142"
NOBODY = 65_534
RESTS_ON_POSTGRES = ("replication", "schema", "desk", "ledger", "board")


@dataclass(slots=True)
class Said:
    """One run: its exit status and its findings."""

    status: int
    findings: list[dict[str, str]]

    def of(self, check: str, state: str = "") -> list[dict[str, str]]:
        return [one for one in self.findings if one["check"] == check and state in ("", one["state"])]

    def bad(self) -> set[tuple[str, str]]:
        return {(one["check"], one["state"]) for one in self.findings if one["state"] in ("warn", "wrong")}


@dataclass(slots=True)
class Ward:
    """An installation that may be broken: servers of its own, a service, and everything the doctor ever said."""

    servers: Engines
    service: Service
    env: dict[str, str]
    secrets: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def doctor(self, **env: str) -> Said:
        given = {**self.env, **env}
        ran = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor", "--json"], env=given)
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.output
        self.said.append(ran.output)
        told = json.loads(ran.stdout)
        assert told["status"] == ran.exit_code
        return Said(ran.exit_code, told["findings"])

    async def sql(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.service.database)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def changed(self, change: str, back: str) -> AsyncIterator[None]:
        await self.sql(change)
        try:
            yield
        finally:
            await self.sql(back)


@pytest_asyncio.fixture(scope="module")
async def ward() -> AsyncIterator[Ward]:
    async with engines() as servers:
        database = await servers.new_database()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        service = Service(database, servers.valkey.url, servers.folder / "ward", env={"AUXILIO_METRICS_PORT": port})
        keys = await make_keys(database)
        await service.start()
        async with client(service, keys.psap) as http:
            body = {"call_id": "d-1", "said": "nobody knows", "callback_number": NUMBER}
            assert (await http.post("/v1/calls", json=body)).status_code == 201
        env = {
            "DATABASE_URL": as_application(database),
            "MIGRATE_DATABASE_URL": database,
            "REDIS_URL": service.redis,
            "AUXILIO_REGION": REGION,
            "AUXILIO_DATA_DIR": str(service.folder),
            "AUXILIO_PORT": str(service.port),
            "AUXILIO_METRICS_PORT": port,
        }
        passwords = [found for url in (*env.values(),) for found in re.findall(r"://[^:/]*:([^@]+)@", url)]
        assert len(passwords) == 3
        try:
            yield Ward(servers, service, env, [*passwords, keys.psap, keys.dispatcher, NUMBER])
        finally:
            await service.kill()


async def test_of_a_sound_service_it_says_nothing_but_ok(ward: Ward) -> None:
    said = await ward.doctor()
    assert said.bad() == set(), said.findings
    assert said.status == 0
    assert {one["check"] for one in said.findings} == {check.name for check in CHECKS}
    for check in CHECKS:
        assert said.of(check.name, "ok"), check.name


async def test_a_key_file_for_all_eyes_and_one_of_another_installation_are_wrong(ward: Ward) -> None:
    file = ward.service.folder / "keys.json"
    file.chmod(0o644)
    said = await ward.doctor()
    file.chmod(0o600)
    assert said.bad() == {("keys", "wrong")}
    assert said.status == 2
    assert said.of("keys", "wrong")[0]["run"] == f"chmod 600 {file}"

    other = json.loads(file.read_text())
    for key in other["keys"].values():
        key["key"] = os.urandom(32).hex()
    strange = ward.service.folder / "strange.json"
    strange.write_text(json.dumps(other))
    strange.chmod(0o600)
    said = await ward.doctor(AUXILIO_KEY_FILE=str(strange))
    assert any("another installation" in one["what"] for one in said.of("keys", "wrong")), said.findings


async def test_settings_are_named_before_anything_is_looked_at(ward: Ward) -> None:
    ward.secrets.append(hidden := "not-to-be-said")
    said = await ward.doctor(AUXILIO_PORT="many", AUXILIO_SPOOL_MB="0", DATABASE_URL=f"mysql://u:{hidden}@h/d")
    named = {one["what"].partition(":")[0] for one in said.of("settings", "wrong")}
    assert named == {"AUXILIO_PORT", "AUXILIO_SPOOL_MB", "DATABASE_URL"}
    assert said.status == 2


async def test_migrations_that_are_missing_or_too_new_are_wrong(ward: Ward) -> None:
    async with ward.changed(
        "UPDATE schema_migrations SET version = 9999 WHERE version = 14",
        "UPDATE schema_migrations SET version = 14 WHERE version = 9999",
    ):
        said = await ward.doctor()
    found = said.of("schema", "wrong")
    assert said.bad() == {("schema", "wrong")}
    assert ["0014" in found[0]["what"], found[0]["run"]] == [True, "auxilio migrate"]
    assert "9999" in found[1]["what"]


async def test_a_changed_event_is_wrong(ward: Ward) -> None:
    last = "seq = (SELECT max(seq) FROM ledger)"
    async with ward.changed(
        f"UPDATE ledger SET body = replace(body, '\"seq\"', '\"Seq\"') WHERE {last}",
        f"UPDATE ledger SET body = replace(body, '\"Seq\"', '\"seq\"') WHERE {last}",
    ):
        said = await ward.doctor()
    assert ("ledger", "wrong") in said.bad()
    assert said.of("ledger", "wrong")[0]["run"] == "auxilio ledger verify"


async def test_alarms_nobody_takes_on_are_wrong(ward: Ward) -> None:
    await ward.sql("""UPDATE alarms SET image = jsonb_set(image, '{raised_at}', '"2020-01-01T00:00:00Z"')""")
    said = await ward.doctor()
    assert said.bad() == {("board", "wrong")}
    assert "with_dispatcher" in said.of("board", "wrong")[0]["what"]
    assert said.of("board", "wrong")[0]["run"].endswith("/console")
    await ward.sql("""UPDATE alarms SET image = jsonb_set(image, '{acknowledged_at}', '"2020-01-01T00:00:00Z"')""")


async def test_without_redis_it_warns_that_nothing_is_lost(ward: Ward) -> None:
    await ward.servers.valkey.stop()
    said = await ward.doctor()
    assert said.bad() <= {("relay", "warn"), ("service", "warn")}
    assert "nothing is lost" in said.of("relay", "warn")[0]["what"]
    assert said.status == 1


async def test_without_a_desk_the_spool_shows_what_is_left_and_when_it_is_full(ward: Ward) -> None:
    assert await ward.service.stop() == 0
    folder = ward.service.folder / "spool" / REGION / "7"
    folder.mkdir(parents=True)
    segment = Segment.create(folder / "00000001.spool")
    segment.append([b"x" * 1_100_000])
    segment.end()
    (folder / "00000002.damaged").write_bytes(b"?")
    said = await ward.doctor(AUXILIO_SPOOL_MB="1")
    shutil.rmtree(folder)
    assert {("desk", "wrong"), ("service", "wrong"), ("spool", "wrong")} <= said.bad()
    assert "nobody holds the desk" in said.of("desk", "wrong")[0]["what"]
    assert said.of("desk", "wrong")[0]["run"] == "auxilio serve"
    told = " ".join(one["what"] for one in said.of("spool", "wrong"))
    for words_ in ("00000002.damaged", "1 file of reports", "process of 1 is gone", "1.1 MB of 1.0 MB are used"):
        assert words_ in told
    assert not (await ward.doctor()).of("spool", "wrong")


async def test_a_standby_that_commits_wait_for_and_a_region_that_is_none_are_wrong(ward: Ward) -> None:
    await ward.sql("ALTER SYSTEM SET synchronous_standby_names = 'gone'", "SELECT pg_reload_conf()")
    said = await ward.doctor(AUXILIO_REGION="northwest")
    await ward.sql("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
    assert "answers no commit" in said.of("replication", "wrong")[0]["what"]
    assert said.of("desk", "wrong")[0]["run"] == f"AUXILIO_REGION={REGION} auxilio doctor"


async def test_verify_says_in_a_sentence_that_nothing_was_ever_served(ward: Ward) -> None:
    database = await ward.servers.new_database()
    ran = await auxilio(database, ward.service.redis, ward.service.folder, "ledger", "verify")
    assert ran.exit_code == 2
    assert f"no desk has ever served region {REGION} here" in ran.output
    connection = await asyncpg.connect(database)
    await connection.execute("DROP SCHEMA public CASCADE")
    await connection.close()
    ran = await auxilio(database, ward.service.redis, ward.service.folder, "ledger", "verify")
    assert ran.exit_code == 2
    assert "no service has ever run on it" in ran.output


async def test_with_everything_down_it_comes_to_an_end_and_names_what_it_could_not_see(ward: Ward) -> None:
    postmaster = ward.servers.postgres.pid
    assert postmaster is not None
    os.kill(postmaster, signal.SIGSTOP)
    began = monotonic()
    try:
        said = await ward.doctor()
    finally:
        os.kill(postmaster, signal.SIGCONT)
    assert monotonic() - began < WITHIN_S
    assert "says nothing for 3 s" in said.of("database", "wrong")[0]["what"]
    await ward.servers.postgres.stop()
    said = await ward.doctor()
    assert "is not there" in said.of("database", "wrong")[0]["what"]
    for check in RESTS_ON_POSTGRES:
        assert [one["state"] for one in said.of(check)] == ["unseen"], check
    assert said.status == 2
    for one in said.findings:
        assert one["state"] in ("ok", "unseen") or one["do"], one


async def test_it_never_said_a_password_a_key_or_a_number(ward: Ward) -> None:
    assert len(ward.said) > 10
    for secret in ward.secrets:
        assert not any(secret in text for text in ward.said)


def test_on_a_terminal_only_commands_pass_the_edge() -> None:
    finding = warn("a long finding " * 12, "a long sentence " * 12, "a-command " * 20)
    lines = [line for line in words.text([Line("disk", finding)], 100) if "$ " not in line]
    assert len(lines) > 5
    assert all(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= 100 for line in lines[:-1])


@pytest.mark.parametrize("folder", ["nothing", "a file", "another's"])
async def test_where_nothing_ever_ran_it_says_so_and_makes_nothing(tmp_path: Path, folder: str) -> None:
    place = tmp_path / folder
    if folder == "a file":
        place.write_text("not a folder")
    if folder == "another's":
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        place.mkdir()
        os.chown(place, NOBODY, -1)
    env: dict[str, Any] = dict.fromkeys(("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL"))
    env |= {"AUXILIO_DATA_DIR": str(place), "AUXILIO_PORT": "1"}
    before = sorted(tmp_path.rglob("*"))
    ran = await asyncio.to_thread(CliRunner().invoke, cli, ["doctor"], env=env)
    assert ran.exit_code == 2, ran.output
    assert "no service has ever run on" in ran.output
    assert "itself failed" not in ran.output
    assert ("belongs to" in ran.output) == (folder == "another's")
    assert sorted(tmp_path.rglob("*")) == before
