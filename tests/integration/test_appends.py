"""Appends that are refused, that are lost on the way, and that somebody else's desk forbids (P1, P5, P8)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest
from msgspec.structs import replace

from app import desk, scribe
from app.engines import Urls
from app.intake.calls import read_call
from app.main import desk_process
from app.problems import Problem, checked
from app.requests import Answer, Outcome, Request
from app.scribe import TRIES_MAX
from app.services import Services
from app.settings import Settings
from app.verify import verify
from dispatch.commands import AcceptPlace, AddNote, RecordOutcome, RegisterUnits, ReportCall, SetDuty
from dispatch.entities import Place, Unit
from dispatch.status import Outcome as Outcomes
from geo.place import PlaceState
from geo.point import Point
from loadtests.cutter import Cut, Cutter, cutter
from loadtests.rig import REGION, Engines

ANSWER_S = 20.0
UNIT = Unit("TUC1", "truck", "TUC", "TUC1", Point(31.9, -111.5))


@asynccontextmanager
async def a_desk(rig: Engines, database: str, *, through: str | None = None) -> AsyncIterator[Services]:
    """Run a desk in this process, its database perhaps behind a proxy; the ledger must be sound afterwards."""
    folder = rig.folder / f"desk-{uuid4().hex[:8]}"
    folder.mkdir()
    settings = Settings(data_dir=folder, region=REGION)
    async with desk_process(settings, Urls(through or database, rig.valkey.url)) as process:
        yield process.services
    report = await verify(database, REGION)
    assert report.is_sound, report.faults


def call_request(services: Services, call_id: str, said: str = "") -> Request:
    """Return the request a PSAP's post would become."""
    raw = orjson.dumps({"call_id": call_id, "said": said, "narrative": "help"})
    return read_call(raw, "psap-1", (), services.clock.now(), services.intake)[0]


async def answer_to(services: Services, request: Request) -> Answer:
    async with asyncio.timeout(ANSWER_S):
        return await services.submit(request)


async def fetch(database: str, query: str, *args: Any) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(database)
    try:
        return await connection.fetch(query, *args)
    finally:
        await connection.close()


def system_alarms(services: Services) -> list[str]:
    return [a.reason for a in services.view.board.alarms.values() if a.kind == "system" and a.cleared_at is None]


def poisoned(request: Request, **changes: Any) -> Request:
    assert isinstance(request.command, ReportCall)
    return replace(request, command=replace(request.command, **changes))


async def test_one_poisoned_command_in_a_batch_of_fifty_fails_alone(
    rig: Engines, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(desk, "SLICE_S", 5.0)  # a slow machine must not split the batch
    database = await rig.new_database()
    async with a_desk(rig, database) as services:
        first = (await answer_to(services, call_request(services, "first"))).reply["incident_id"]
        requests = [call_request(services, f"batch-{n}") for n in range(49)]
        # A digest that no database takes: asyncpg refuses to send it, which must not be taken for a lost connection.
        offender = Request(AddNote(first, str(uuid4()), "dispatcher-1"), "dispatcher-1", digest="not bytes")  # type: ignore[arg-type]
        requests.insert(20, offender)
        answers = await asyncio.gather(*(answer_to(services, request) for request in requests))
        assert "an append of 50 commands was refused" in caplog.text
        bad = answers.pop(20)
        assert [a.outcome for a in answers] == [Outcome.DONE] * 49
        with pytest.raises(Problem) as problem:
            checked(bad)
        assert problem.value.body["status"] == 500
        assert system_alarms(services) == ["AddNote could not be recorded: DataError"]
    rows = await fetch(database, "SELECT psap_call_id FROM calls WHERE psap_call_id LIKE 'batch-%'")
    assert len(rows) == 49


@pytest.mark.parametrize(
    ("changes", "keeps_id"),
    [
        pytest.param({"needs": None}, True, id="cannot be decided"),
        pytest.param({"language": "e\x00n"}, True, id="refused by the database"),
        pytest.param({"psap_call_id": "a\x00b"}, False, id="its very name is refused"),
    ],
)
async def test_a_distress_report_that_cannot_be_recorded_becomes_a_bare_incident(
    rig: Engines, changes: dict[str, Any], keeps_id: bool
) -> None:
    database = await rig.new_database()
    async with a_desk(rig, database) as services:
        request = poisoned(call_request(services, "bad"), **changes)
        answers = await asyncio.gather(*(answer_to(services, r) for r in (request, call_request(services, "good"))))
        assert [a.outcome for a in answers] == [Outcome.DONE] * 2
        incident = services.view.board.incidents[answers[0].reply["incident_id"]]
        assert (incident.where, incident.held) == ("with_dispatcher", "report_unreadable")
        call = services.view.board.calls[answers[0].reply["call_id"]]
        assert call.psap_call_id == ("bad" if keeps_id else None)
        assert len(system_alarms(services)) == 1
        again = await answer_to(services, request)
        assert again.reply["incident_id"] == incident.id, "sent again, it opened another incident"
    sealed = await fetch(database, "SELECT id FROM sealed WHERE id = $1", request.sealed[0].id)
    assert len(sealed) == 1, "the raw words were not kept"


@asynccontextmanager
async def held_head(database: str) -> AsyncIterator[None]:
    """Keep every append waiting, by a lock on the head row."""
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM ledger_head FOR UPDATE")
            yield
    finally:
        await connection.close()


async def under_way(services: Services, *requests: Request) -> list[asyncio.Task[Answer]]:
    """Submit requests and give the desk time to take them: nobody is answered while the head row is held."""
    tasks = [asyncio.create_task(answer_to(services, request)) for request in requests]
    await asyncio.sleep(0.2)
    assert not any(task.done() for task in tasks)
    return tasks


async def test_what_was_decided_ahead_of_a_refused_append_is_decided_again(rig: Engines) -> None:
    database = await rig.new_database()
    async with a_desk(rig, database) as services:
        first = call_request(services, "first")
        assert (await answer_to(services, first)).outcome is Outcome.DONE
        twice = replace(call_request(services, "second"), sealed=first.sealed)  # PostgreSQL will refuse it
        async with held_head(database):
            refused = await under_way(services, twice)
            ahead = await under_way(services, *(call_request(services, f"ahead-{n}") for n in range(5)))
        assert (await refused[0]).outcome is Outcome.FAILED
        answers = await asyncio.gather(*ahead)
        assert [a.outcome for a in answers] == [Outcome.DONE] * 5
        assert len({a.reply["incident_id"] for a in answers}) == 5
    rows = await fetch(database, "SELECT psap_call_id FROM calls ORDER BY id")
    assert [row["psap_call_id"] for row in rows] == ["first", *(f"ahead-{n}" for n in range(5))]


async def test_what_is_decided_ahead_is_told_and_answered_only_after_its_own_commit(rig: Engines) -> None:
    database = await rig.new_database()
    async with a_desk(rig, database) as services:
        async with held_head(database):
            one = await under_way(services, call_request(services, "one"))
            two = await under_way(services, call_request(services, "two"))
            assert services.view.seq == (await fetch(database, "SELECT seq FROM ledger_head"))[0]["seq"]
        seqs = [(await task).seq for task in (*one, *two)]
        assert seqs == sorted(seqs)
        assert services.view.seq == seqs[-1]


async def test_a_request_sent_again_while_the_first_is_under_way_is_done_once(rig: Engines) -> None:
    database = await rig.new_database()
    async with a_desk(rig, database) as services:
        incident = (await answer_to(services, call_request(services, "first"))).reply["incident_id"]
        note = Request(AddNote(incident, str(uuid4()), "dispatcher-1"), "dispatcher-1", digest=b"same")
        async with held_head(database):
            answers = await under_way(services, note, note, note)
        given = [await answer for answer in answers]
        assert [a.outcome for a in given] == [Outcome.DONE] * 3
        assert len({a.seq for a in given}) == 1
        assert services.view.board.incidents[incident].notes == 1
        assert system_alarms(services) == []


async def test_a_command_that_needs_a_recall_is_not_starved_by_a_flood(
    rig: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scribe, "forgotten", lambda ids, _board, _now: sorted(ids))  # everything is in the archive
    database = await rig.new_database()
    async with a_desk(rig, database) as services:
        incident = (await answer_to(services, call_request(services, "first"))).reply["incident_id"]
        is_over = asyncio.Event()

        async def flood(poster: int) -> None:
            number = 0
            while not is_over.is_set():
                number += 1
                await answer_to(services, call_request(services, f"flood-{poster}-{number}"))

        async with asyncio.TaskGroup() as posters:
            for poster in range(16):
                posters.create_task(flood(poster))
            await asyncio.sleep(0.3)
            notes = [Request(AddNote(incident, str(uuid4()), "dispatcher-1"), "dispatcher-1") for _ in range(3)]
            try:
                async with asyncio.timeout(5.0):
                    answers = [await answer_to(services, note) for note in notes]
            finally:
                is_over.set()
        assert [a.outcome for a in answers] == [Outcome.DONE] * 3
        assert services.view.board.incidents[incident].notes == 3


async def test_what_desk_and_view_have_let_go_is_brought_back_when_it_is_named(rig: Engines) -> None:
    database = await rig.new_database()
    async with a_desk(rig, database) as services:
        incident = (await answer_to(services, call_request(services, "old"))).reply["incident_id"]
        outcome = Request(RecordOutcome(incident, Outcomes.FOUND_WELL, "dispatcher-1"), "dispatcher-1")
        assert (await answer_to(services, outcome)).outcome is Outcome.DONE
        later = services.clock.now() + timedelta(seconds=1)
        holder = services.submitter
        assert isinstance(holder, desk.Desk)
        holder.forget(later)
        services.view.forget(later)
        assert incident not in holder.board.incidents
        assert incident not in services.view.board.incidents
        note = Request(AddNote(incident, str(uuid4()), "dispatcher-1"), "dispatcher-1")
        assert (await answer_to(services, note)).outcome is Outcome.DONE
        assert services.view.board.incidents[incident].notes == 1
        again = await answer_to(services, call_request(services, "old"))
        assert again.reply["incident_id"] == incident, "the same call is known again"


async def test_a_failed_rescue_fails_its_command_and_not_the_desk(rig: Engines) -> None:
    database = await rig.new_database()
    async with a_desk(rig, database) as services:
        first = call_request(services, "first")
        assert (await answer_to(services, first)).outcome is Outcome.DONE
        twice = replace(call_request(services, "second"), sealed=first.sealed)  # its sealed value exists: no way in
        assert (await answer_to(services, twice)).outcome is Outcome.FAILED
        assert system_alarms(services) == ["ReportCall could not be recorded: UniqueViolationError"]
        assert (await answer_to(services, call_request(services, "third"))).outcome is Outcome.DONE


async def test_a_row_that_should_not_be_there_stops_one_command_only(rig: Engines) -> None:
    """Somebody wrote into the database by hand: the unit is held by a row the desk does not know."""
    database = await rig.new_database()
    image = {
        "id": 900, "incident_id": 900, "unit_id": UNIT.id, "status": "offered", "offered_at": "2026-01-01T00:00:00Z",
        "by": "hand", "answer_by": "2026-01-01T00:01:00Z",
    }  # fmt: skip
    async with a_desk(rig, database) as services:
        await answer_to(services, Request(RegisterUnits((UNIT,)), "test"))
        await answer_to(services, Request(SetDuty(UNIT.id, True), "test"))
        held = await answer_to(services, call_request(services, "c-1"))
        await fetch(
            database,
            "INSERT INTO assignments (region, id, image) VALUES ($1, 900, $2)",
            REGION,
            orjson.dumps(image).decode(),
        )
        place = Place(UNIT.home, PlaceState.CONFIRMED, "dispatcher", UNIT.home.cell(), sector="TUC")
        accept = Request(AcceptPlace(held.reply["incident_id"], place, "dispatcher-1"), "dispatcher-1")
        assert (await answer_to(services, accept)).outcome is Outcome.FAILED
        assert system_alarms(services) == ["AcceptPlace could not be recorded: UniqueViolationError"]
        await fetch(database, "DELETE FROM assignments WHERE id = 900")
        assert (await answer_to(services, accept)).outcome is Outcome.DONE, "the desk did not get over it"
        assert services.view.board.units[UNIT.id].assignment_id is not None


async def once_recorded(database: str, services: Services, proxy: Cutter, cuts: int) -> None:
    """Send a call into the planned cuts; it must be recorded once and answered."""
    answer = await answer_to(services, call_request(services, "cut"))
    assert answer.outcome is Outcome.DONE
    assert proxy.made == cuts
    assert not proxy.plan
    rows = await fetch(database, "SELECT incident_id FROM calls WHERE psap_call_id = 'cut'")
    assert [row["incident_id"] for row in rows] == [answer.reply["incident_id"]]
    repeated = await answer_to(services, call_request(services, "cut"))
    assert repeated.reply["repeated"] is True


MARK = b'"kind":"call.received"'


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_append_whose_outcome_is_unknown_is_recorded_once(rig: Engines, when: Any) -> None:
    database = await rig.new_database()
    async with cutter(database) as (proxy, through), a_desk(rig, database, through=through) as services:
        proxy.plan.append(Cut(MARK, when))
        await once_recorded(database, services, proxy, 1)


async def test_losing_the_answer_about_an_unknown_outcome_does_not_fence_the_desk(rig: Engines) -> None:
    """The connection is lost after the commit, and again after the head row was taken back, and once more before."""
    database = await rig.new_database()
    async with cutter(database) as (proxy, through), a_desk(rig, database, through=through) as services:
        secret = (await fetch(database, "SELECT desk_secret FROM ledger_head"))[0]["desk_secret"].encode()
        proxy.plan.extend([Cut(MARK, "after"), Cut(secret, "after"), Cut(secret, "before")])
        await once_recorded(database, services, proxy, 3)


async def test_fifty_calls_through_a_line_that_is_cut_again_and_again_are_recorded_once_each(rig: Engines) -> None:
    database = await rig.new_database()
    async with cutter(database) as (proxy, through), a_desk(rig, database, through=through) as services:
        for number in range(10):
            proxy.plan.append(Cut(MARK, "after" if number % 2 else "before"))
        numbers = iter(range(50))

        async def post_all() -> None:
            for number in numbers:
                answer = await answer_to(services, call_request(services, f"line-{number}"))
                assert answer.outcome is Outcome.DONE

        await asyncio.gather(*(post_all() for _ in range(3)))
        assert proxy.made == 10
    rows = await fetch(database, "SELECT count(DISTINCT psap_call_id) AS ids, count(*) AS n FROM calls")
    assert (rows[0]["ids"], rows[0]["n"]) == (50, 50)


async def test_a_command_in_which_postgresql_is_lost_every_time_is_given_up(rig: Engines) -> None:
    database = await rig.new_database()
    async with cutter(database) as (proxy, through), a_desk(rig, database, through=through) as services:
        proxy.plan.extend([Cut(b"crasher", "before")] * (3 * TRIES_MAX))  # in a batch, alone, and as a bare call
        answer = await answer_to(services, call_request(services, "crasher"))
        assert answer.outcome is Outcome.DONE, "somebody asked for help"
        incident = services.view.board.incidents[answer.reply["incident_id"]]
        assert incident.held == "report_unreadable"
        assert system_alarms(services) == ["ReportCall could not be recorded: ConnectionDoesNotExistError"]
        assert (await answer_to(services, call_request(services, "next"))).outcome is Outcome.DONE
