"""What was accepted and stands still rings at the console once, and is quiet when it moves again."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest

from app.engines import Urls
from app.intake.calls import read_call
from app.interop.callbacks.addresses import drop_address, set_address
from app.loops import progressing
from app.main import desk_process
from app.services import Services
from app.settings import Settings
from dispatch.entities import Alarm
from loadtests.rig import REGION, Engines

HEAR_S = 20.0
TAKEN = progressing.STANDS + "call-backs to psap-1 have not been taken for ten minutes"
PASSED = progressing.STANDS + "a deadline has passed and nothing was done about it; look at the log"


async def until(claim: Callable[[], bool]) -> None:
    async with asyncio.timeout(HEAR_S):
        while not claim():
            await asyncio.sleep(0.05)


def ringing(services: Services) -> dict[str, Alarm]:
    return {alarm.reason: alarm for alarm in services.view.board.alarms.values() if alarm.cleared_at is None}


async def test_what_stands_still_rings_once_and_ends_when_it_moves(
    rig: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, folder = await rig.new_database(), rig.folder / "progress"
    folder.mkdir()
    settings = Settings(data_dir=folder, region=REGION)
    monkeypatch.setattr(progressing, "PAUSE_S", 0.2)
    async with desk_process(settings, Urls(database, rig.valkey.url)) as process:
        services = process.services
        await set_address(settings, database, "psap-1", "http://127.0.0.1:9/nobody-listens")
        raw = orjson.dumps({"call_id": "1", "narrative": "help"})
        await services.submit(read_call(raw, "psap-1", (), services.clock.now(), services.intake)[0])
        await asyncio.sleep(1.0)  # some rounds: nothing has stood for long
        assert not {TAKEN, PASSED} & ringing(services).keys()
        monkeypatch.setattr(progressing, "UNTAKEN_S", timedelta(0))
        await until(lambda: TAKEN in ringing(services))
        monkeypatch.setattr(progressing, "DEADLINE_S", -timedelta(days=1))  # every deadline that is to come
        await until(lambda: PASSED in ringing(services))
        await asyncio.sleep(1.0)
        assert [ringing(services)[reason].times for reason in (TAKEN, PASSED)] == [1, 1]
        monkeypatch.setattr(progressing, "DEADLINE_S", timedelta(seconds=10))
        await until(lambda: PASSED not in ringing(services))
        assert TAKEN in ringing(services)
        await drop_address(settings, database, "psap-1")
        await until(lambda: TAKEN not in ringing(services))
