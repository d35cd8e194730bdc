"""Alarms for what was accepted and stands still: raised once at a running desk, cleared when it moves again."""

import asyncio
from time import monotonic

import pytest

from app.engines import Urls
from app.loops import progressing, watching
from app.main import desk_process
from app.progress import stuck
from app.services import Services
from app.settings import Settings
from dispatch.entities import Alarm
from loadtests.rig import REGION, Engines
from tests.integration.watcher import until

MOMENT_S = 0.05


def ringing(services: Services) -> list[Alarm]:
    alarms = services.view.board.alarms.values()
    return [a for a in alarms if a.cleared_at is None and a.reason.startswith((stuck.PREFIX, "loop "))]


def told(services: Services, words: str) -> list[Alarm]:
    return [a for a in services.view.board.alarms.values() if words in a.reason]


async def test_what_stands_still_rings_once_and_stops_when_it_moves(
    rig: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progressing, "PAUSE_S", MOMENT_S)
    monkeypatch.setattr(progressing, "DEPENDENCY_S", 0.1)
    monkeypatch.setattr(watching, "PAUSE_S", MOMENT_S)
    urls = Urls(await rig.new_database(), rig.valkey.url)
    async with desk_process(Settings(data_dir=rig.folder / "progress", region=REGION), urls) as process:
        services = process.services
        services.dependencies["partner"] = "down"
        await until(lambda: ringing(services), "an alarm for what does not come back")
        await asyncio.sleep(10 * MOMENT_S)
        (alarm,) = ringing(services)
        assert (alarm.reason, alarm.times) == ("stuck: what a process rests on does not come back (partner)", 1)
        services.dependencies["partner"] = "ok"
        await until(lambda: not ringing(services), "that it comes back")

        insert = (
            "INSERT INTO callbacks (region, psap, seq, psap_call_id, event, incident_id, body, made_at)"
            " VALUES ($1, 'psap-1', 1, 'c', 'closed', 1, '{}', now() - interval '1 hour')"
        )
        await services.pool.execute(insert, REGION)
        target = "INSERT INTO callback_targets (region, psap, url) VALUES ($1, 'psap-1', 'http://127.0.0.1:9/')"
        await services.pool.execute(target, REGION)
        await until(lambda: ringing(services), "an alarm for an outbox that does not empty")
        assert ringing(services)[0].reason == "stuck: news that somebody does not take (call-backs to psap-1)"
        await services.pool.execute("DELETE FROM callbacks")
        await until(lambda: not ringing(services), "that it is empty")

        silence = next(loop for loop in services.loops.all if loop.name == "purge")
        runs, silence.pause_s = silence.last_tick, 0.0
        silence.last_tick = monotonic() - 60.0
        await until(lambda: ringing(services), "an alarm for a loop that does not run")
        assert [a.reason for a in ringing(services)] == ["loop purge has stopped"]
        silence.last_tick, silence.pause_s = runs, 600.0
        await until(lambda: not ringing(services), "that it runs")
        assert {a.times for words in ("partner", "call-backs", "purge") for a in told(services, words)} == {1}
