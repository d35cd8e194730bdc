"""What keeps a socket open: rolls, stamps, reviews; where pages and proxies come from; codes as people type them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from app.access.authority import Authority
from app.access.devices.codes import CODE_CHARS, LETTERS, plain_code
from app.access.failures import Failures
from app.access.identity import Identity, Role
from app.access.keys import Terms
from app.access.origins import Origins
from app.access.policy import Action, may
from app.access.roll import IDLE_S, Roll
from app.access.stamp import Stamps
from app.access.terms import BadTerms, check_terms
from app.access.visitors import Visitor, Visitors
from app.sealing import KeyFile, Sealer

DESK = Identity("k1", Role.DISPATCHER, "anna", ("TUC", "YUM"))


class Book:
    """A table of rows that counts how often it was read."""

    def __init__(self) -> None:
        self.rows = {f"k{n}": n for n in range(10)}
        self.reads: list[list[str]] = []

    async def load(self, ids: Sequence[str]) -> dict[str, int]:
        self.reads.append(sorted(ids))
        return {i: self.rows[i] for i in ids if i in self.rows}


async def test_a_roll_reads_everybody_asked_for_lately_in_one_query() -> None:
    book = Book()
    roll = Roll(book.load)
    for _ in range(100):
        assert [await roll.find(i) for i in ("k1", "k2", "nobody")] == [1, 2, None]
    assert book.reads == [["k1"], ["k2"], ["nobody"]]
    del book.rows["k1"]
    book.rows["k2"] = 22
    await roll.refresh()
    assert book.reads[3:] == [["k1", "k2"]]
    assert [await roll.find(i) for i in ("k1", "k2")] == [None, 22]
    roll.forget("k2")
    book.rows["k2"] = 222
    assert await roll.find("k2") == 222


async def test_a_roll_forgets_who_is_not_asked_for_and_asks_itself_when_nobody_refreshes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book, now = Book(), monotonic()
    monkeypatch.setattr("app.access.roll.monotonic", lambda: now)
    roll = Roll(book.load)
    await roll.find("k1")
    now += 6.0
    book.rows["k1"] = 11
    assert await roll.find("k1") == 11
    now += IDLE_S + 1
    await roll.refresh()
    assert len(book.reads) == 2


class Register(Authority):
    """An authority whose answers a test sets."""

    def __init__(self) -> None:
        self.now: dict[str, Identity | None] = {}
        self.asked = 0

    async def still(self, identity: Identity) -> Identity | None:
        self.asked += 1
        return self.now.get(identity.source, identity)


class Room:
    """A socket that remembers what it was told."""

    def __init__(self, identity: Identity) -> None:
        self.changed: list[Identity] = []
        self.ended: list[int] = []
        self.visitor = Visitor(identity, Action.WATCH, self.changed.append, lambda code, _: self.ended.append(code))


async def test_a_review_tells_each_socket_what_became_of_whoever_holds_it() -> None:
    book = Register()
    visitors = Visitors({"key": book, "device": book})
    late = Identity("d1", Role.AGENT, "unit U1", ("TUC",), "U1", source="device:d1", until=100.0)
    strange = replace(DESK, source="session:s1")
    named = {"same": DESK, "gone": replace(DESK, key_id="k2", source="key:k2"), "less": replace(DESK, source="key:k3")}
    named |= {"late": late, "strange": strange, "moved": replace(DESK, source="key:k4")}
    named |= {"promoted": replace(DESK, source="key:k5")}
    rooms = {name: Room(identity) for name, identity in named.items()}
    less = replace(named["less"], sectors=("TUC",))
    book.now = {"key:k2": None, "key:k3": less, "key:k4": replace(named["moved"], scopes=frozenset({"see_unit"}))}
    book.now |= {"key:k5": replace(named["promoted"], role=Role.SUPERVISOR)}
    with visitors.admitted(rooms["same"].visitor):
        visitors.open |= {room.visitor for room in rooms.values()}
        await visitors.review(99.0)
        assert {name: room.ended for name, room in rooms.items() if room.ended} == {
            "gone": [4401], "strange": [4401], "moved": [4403], "promoted": [1012],
        }  # fmt: skip
        assert rooms["less"].changed == [less]
        assert rooms["less"].visitor.identity == less
        assert not rooms["same"].changed
        await visitors.review(100.0)
        assert rooms["late"].ended == [4401]
    assert rooms["same"].visitor not in visitors.open


async def test_ten_thousand_sockets_are_reviewed_without_holding_anybody_up() -> None:
    book = Register()
    visitors = Visitors({"key": book})
    visitors.open = {Room(replace(DESK, source=f"key:{n % 5000}", key_id=str(n % 5000))).visitor for n in range(10_000)}
    review = asyncio.create_task(visitors.review(0.0))
    longest, last = 0.0, monotonic()
    while not review.done():
        await asyncio.sleep(0)
        longest, last = max(longest, monotonic() - last), monotonic()
    await review
    assert book.asked == 5000, "once for each that holds some, not once for each socket"
    assert longest < 0.5


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    return Sealer(KeyFile(tmp_path / "keys.json"), "southwest")


@given(where=st.integers(0, 200), flip=st.integers(1, 255))
def test_a_stamp_that_was_touched_says_nothing(where: int, flip: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    stamps = Stamps(Sealer(KeyFile(tmp_path_factory.mktemp("k") / "keys.json"), "southwest"), "ticket")
    text = stamps.make(b"anna", 100.0)
    raw = bytearray(text.encode())
    raw[where % len(raw)] ^= flip
    assert stamps.read(raw.decode("latin-1"), 99.0) is None


def test_a_stamp_is_of_one_purpose_one_installation_and_some_time(sealer: Sealer, tmp_path: Path) -> None:
    stamps = Stamps(sealer, "ticket")
    text = stamps.make(b"anna", 100.0)
    stamp = stamps.read(text, 99.9)
    assert stamp is not None
    assert (stamp.claims, stamp.until) == (b"anna", 100.0)
    assert stamps.read(text, 100.0) is None
    assert Stamps(sealer, "token").read(text, 99.0) is None
    assert Stamps(Sealer(KeyFile(tmp_path / "other.json"), "southwest"), "ticket").read(text, 99.0) is None
    assert "anna" not in text
    again = stamps.read(stamps.make(b"anna", 100.0), 0.0)
    assert again is not None
    assert again.mark != stamp.mark


OURS = Origins(("https://console.example.org",), ("dispatch.example.org", "*"), "https://aux.example.net:8443/")


@pytest.mark.parametrize(
    ("origin", "host", "is_ours"),
    [
        (None, "x", True),
        ("https://console.example.org", "dispatch.example.org", True),
        ("https://aux.example.net:8443", "10.0.0.9:8911", True),
        ("https://dispatch.example.org", "dispatch.example.org", True),
        ("http://127.0.0.1:8911", "127.0.0.1:8911", True),
        ("http://localhost:8911", "localhost:8911", True),
        ("http://[::1]:8911", "[::1]:8911", True),
        ("http://192.168.1.5:8911", "192.168.1.5:8911", True),
        ("http://192.168.1.6:8911", "192.168.1.5:8911", False),
        ("http://evil.example", "evil.example", False),
        ("https://console.example.org.evil.example", "dispatch.example.org", False),
        ("https://console.example.org:444", "dispatch.example.org", False),
        ("null", "null", False),
        ("", "", False),
        ("file://", "", False),
        ("http://[::1", "[::1", False),
    ],
)
def test_only_pages_of_ours_open_sockets(origin: str | None, host: str, *, is_ours: bool) -> None:
    assert OURS.admit(origin, host) == is_ours


def connection(client: tuple[str, int] | None, *said: str) -> HTTPConnection:
    headers = [(b"x-client-cert-sha256", one.encode()) for one in said]
    return HTTPConnection({"type": "http", "client": client, "headers": headers})


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("7K2MQ-0XH4T", "7K2MQ0XH4T"), (" 7k2mq 0xh4t ", "7K2MQ0XH4T"), ("7K2MQ-OXH4T", "7K2MQ0XH4T"),
        ("IL2MQ-0XH4T", "112MQ0XH4T"), ("7K2MQ", None), ("7K2MQ-0XH4T0", None), ("7K2MQ-0XH4!", None), ("", None),
    ],
)  # fmt: skip
def test_a_code_is_read_however_it_is_typed(typed: str, plain: str | None) -> None:
    assert plain_code(typed) == plain


@given(st.text())
def test_any_text_is_a_code_or_none(typed: str) -> None:
    plain = plain_code(typed)
    assert plain is None or (len(plain) == CODE_CHARS and set(plain) <= set(LETTERS))


def test_failures_of_one_place_make_that_place_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("app.access.failures.monotonic", lambda: now)
    failures = Failures(most=3)
    for _ in range(2):
        failures.note("a")
    assert not failures.are_too_many("a")
    failures.note("a")
    assert failures.are_too_many("a")
    assert not failures.are_too_many("b")
    now += 61
    assert not failures.are_too_many("a")


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(Role.ADMINISTRATOR, "x"), "role"),
        (Terms(Role.AGENT, "x"), "unit_id"),
        (Terms(Role.PSAP, "x", unit_id="U1"), "unit_id"),
        (Terms(Role.PSAP, "x", scopes=("manage_keys",)), "scopes"),
        (Terms(Role.PSAP, "x", scopes=()), "scopes"),
        (Terms(Role.PSAP, "x", public_key=b"x"), "public_key"),
        (Terms(Role.PSAP, "x", device="1"), "device"),
        (Terms(Role.DISPATCHER, "x", in_url=True), "in_url"),
        (Terms(Role.TOWER, "x", in_url=True), "device"),
        (Terms(Role.TRACKER, "x", unit_id="U1", in_url=True, must_sign=True), "in_url"),
    ],
)
def test_a_key_that_should_not_exist_is_not_made(terms: Terms, field: str) -> None:
    with pytest.raises(BadTerms) as error:
        check_terms(terms)
    assert error.value.field == field


def test_a_scope_narrows_a_role_and_never_widens_it() -> None:
    narrow = replace(DESK, scopes=frozenset({"watch", "manage_keys"}))
    assert may(narrow, Action.WATCH)
    assert not may(narrow, Action.HANDLE_INCIDENT)
    assert not may(narrow, Action.MANAGE_KEYS)
