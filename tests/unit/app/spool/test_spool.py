"""The spool keeps each report once, finds it after a crash, lets it go when it is recorded, says when it is full."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from app.requests import Answer, DeskUnavailable, Outcome, Request, Spooled
from app.sealing import KeyFile, Sealer
from app.spool import spool_id
from app.spool.patience import Patience
from app.spool.replay import Replay
from app.spool.report import Line
from app.spool.spool import Spool, SpoolFull
from dispatch.commands import RaiseMayday, ReportCall
from dispatch.status import Kind
from geo.place import PlaceState, Resolution

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MB = 1024 * 1024


def call(call_id: str | None, digest: str = "aa") -> Request:
    resolution = Resolution(PlaceState.UNVERIFIED, (), "nothing")
    return Request(ReportCall("psap-1", call_id, Kind.REAL, NOW, "sealed", digest, resolution, 1), "psap-1")


class Room:
    """A spool in a folder, with what its lane was told."""

    def __init__(self, folder: Path, bytes_max: int = 64 * MB) -> None:
        self.folder = folder
        self.sealer = Sealer(KeyFile(folder / "keys.json"), "test")
        self.lines: dict[UUID, Line] = {}
        self.spool = self.open(bytes_max)

    def open(self, bytes_max: int = 64 * MB) -> Spool:
        return Spool(self.folder / "spool", self.sealer, bytes_max, self.hold, self.let_go)

    def hold(self, line: Line) -> None:
        self.lines[line.id] = line

    def let_go(self, line: Line) -> None:
        del self.lines[line.id]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


async def test_a_report_is_found_by_the_next_process_as_it_was(room: Room) -> None:
    first, mayday = call("c-1"), Request(RaiseMayday("U12", NOW), "U12")
    assert await room.spool.keep(first) == first.id
    assert await room.spool.keep(mayday) == mayday.id
    await room.spool.close()
    after = room.open()
    assert [after.read(held) for held in after.held.values()] == [first, mayday]
    await after.close()


async def test_the_same_report_again_is_held_once_and_other_content_twice(room: Room) -> None:
    first = call("c-1")
    kept = await asyncio.gather(
        room.spool.keep(first), room.spool.keep(call("c-1")), room.spool.keep(call("c-1", "bb"))
    )
    assert kept[0] == kept[1] == first.id
    assert kept[2] != first.id
    assert len(room.spool.held) == 2
    await room.spool.close()


async def test_one_id_used_for_two_contents_costs_neither(room: Room) -> None:
    first = replace(call(None), digest=b"1" * 32)
    other = replace(first, digest=b"2" * 32)
    kept = [await room.spool.keep(first), await room.spool.keep(other)]
    assert len({*kept}) == 2 == len(room.spool.held)
    await room.spool.close()


async def test_what_is_recorded_leaves_no_file(room: Room) -> None:
    ids = [await room.spool.keep(call(f"c-{n}")) for n in range(3)]
    for report_id in ids:
        room.spool.settle(report_id)
    room.spool.give_back()
    assert not list(room.folder.glob("spool/*/*.spool"))
    assert not room.lines
    await room.spool.close()


async def test_a_full_spool_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    room = Room(tmp_path, bytes_max=1_500)
    await room.spool.keep(call("c-1"))
    kept = await asyncio.gather(*(room.spool.keep(call(f"c-{n}")) for n in range(2, 10)), return_exceptions=True)
    assert any(isinstance(one, SpoolFull) for one in kept)
    assert room.spool.is_full
    assert room.spool.held
    await room.spool.close()


async def test_a_file_that_cannot_be_read_is_kept_aside_and_hides_no_other(room: Room) -> None:
    await room.spool.keep(call("c-1"))
    await room.spool.keep(call("c-2"))
    await room.spool.close()
    (file,) = room.folder.glob("spool/*/*.spool")
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(data)
    after = room.open()
    assert len(after.held) == 1
    assert after.damaged
    assert list(room.folder.glob("spool/*/*.damaged"))
    await after.close()


async def test_two_processes_have_folders_of_their_own_and_one_takes_over_what_the_other_left(room: Room) -> None:
    other = room.open()
    await other.keep(call("c-1"))
    await room.spool.adopt()
    assert not room.spool.held, "its process lives"
    await other.close()
    await room.spool.adopt()
    assert len(room.spool.held) == 1
    await room.spool.close()


def patience(room: Room, submit: object, after_s: float = 0.05) -> tuple[Patience, Replay]:
    replay = Replay(submit, room.spool)  # type: ignore[arg-type]
    return Patience(submit, room.spool, replay, after_s, lambda: False), replay  # type: ignore[arg-type]


async def test_a_late_answer_of_the_desk_settles_what_was_spooled_and_nothing_is_sent_twice(room: Room) -> None:
    asked: list[asyncio.Future[Answer]] = []

    def submit(_: Request) -> asyncio.Future[Answer]:
        asked.append(asyncio.get_running_loop().create_future())
        return asked[-1]

    waiting, replay = patience(room, submit)
    with pytest.raises(Spooled) as told:
        await waiting.submit(call("c-1"))
    assert told.value.spool_id in room.spool.held
    replay.fill()
    assert len(asked) == 1
    asked[0].set_result(Answer(Outcome.DONE, 7, {}))
    await asyncio.sleep(0)
    assert not room.spool.held
    assert replay.recorded == 1
    await room.spool.close()


async def test_a_sender_that_goes_away_early_does_not_take_its_report_with_it(room: Room) -> None:
    waiting, _ = patience(room, lambda _: asyncio.get_running_loop().create_future())
    posted = asyncio.ensure_future(waiting.submit(call("c-1")))
    await asyncio.sleep(0.01)
    posted.cancel()
    async with asyncio.timeout(5):
        while not room.spool.held:
            await asyncio.sleep(0.01)
    await room.spool.close()


async def test_without_a_desk_distress_is_spooled_at_once_and_the_rest_is_told_so(room: Room) -> None:
    def submit(_: Request) -> asyncio.Future[Answer]:
        raise DeskUnavailable("gone")

    waiting, _ = patience(room, submit, after_s=60)
    with pytest.raises(Spooled):
        await waiting.submit(call("c-1"))
    await room.spool.close()


async def test_what_the_desk_could_not_record_even_bare_is_not_let_go(room: Room) -> None:
    report = await room.spool.keep(call("c-1"))

    async def submit(_: Request) -> Answer:
        return Answer(Outcome.FAILED, 1, {})

    replay = Replay(submit, room.spool)
    replay.fill()
    await asyncio.sleep(0.01)
    assert report in room.spool.held
    assert replay.failed == 1
    await room.spool.close()


def test_a_spool_id_is_taken_from_the_key_it_was_given_to_and_from_no_other(room: Room) -> None:
    given = spool_id.new_id(room.sealer, "key-1")
    assert spool_id.own_id(room.sealer, "key-1", str(given)) == given
    assert spool_id.own_id(room.sealer, "key-2", str(given)) is None
    assert spool_id.own_id(room.sealer, "key-1", "no id") is None
