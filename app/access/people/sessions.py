"""Sessions: 256 random bits in a cookie, their hash in the store. Idle is not over: the board goes on, acts wait."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from time import monotonic
from typing import Any, Final
from uuid import UUID

from app.access.authority import Authority
from app.access.identity import Identity, Role
from app.access.people.person import Person
from app.store.pool import Pool, execute, fetch

KNOWN_S: Final = 2.0  # a session ended elsewhere stops working here within this
KNOWN_MAX: Final = 10_000
NOTE_S: Final = 20.0  # how often a session that is in use is written down
COOKIE_CHARS: Final = 43
SOURCE: Final = "session"


class Means(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    PASSKEY = "passkey"
    AGENCY = "agency"
    INVITATION = "invitation"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it stands. `id` names it on screens; the cookie is not kept."""

    id: str
    means: Means
    source: str
    started_at: datetime
    proved_at: datetime
    acted_at: datetime
    seen_at: datetime
    ends_at: datetime
    person_id: UUID
    login: str
    call_sign: str
    name: str
    role: Role
    sectors: tuple[str, ...]
    never_idle: bool

    def identity(self) -> Identity:
        """Return who this is to the service. A person's own ids of commands hold over all their sessions."""
        return Identity(
            key_id=str(self.person_id),
            role=self.role,
            name=self.call_sign,
            sectors=self.sectors,
            source=f"{SOURCE}:{self.id}",
            until=self.ends_at.timestamp(),
        )

    def is_idle(self, now: datetime, idle_s: float) -> bool:
        """Whether nobody has touched the screen for so long that an act needs a new proof."""
        return (now - self.acted_at).total_seconds() > idle_s

    def is_proved(self, now: datetime, proof_s: float) -> bool:
        """Whether the person proved who they are so lately that they may change who gets in."""
        return (now - self.proved_at).total_seconds() <= proof_s


class Sessions(Authority):
    """Starts, finds and ends sessions of one region; remembers each for two seconds."""

    def __init__(self, pool: Pool, region: str, session_s: float) -> None:
        self._pool = pool
        self._region = region
        self._session = timedelta(seconds=session_s)
        self._known: OrderedDict[bytes, tuple[float, Session | None]] = OrderedDict()
        self._acted: OrderedDict[str, datetime] = OrderedDict()  # not yet written down
        self._noted: OrderedDict[str, float] = OrderedDict()

    async def start(self, person: Person, means: Means, source: str, now: datetime, proved_at: datetime) -> str:
        """Begin a session and return its cookie. What the browser had before is never taken on."""
        cookie = secrets.token_urlsafe(32)
        await execute(
            self._pool, "add_session", secrets.token_hex(8), _hash(cookie), self._region, person.id, means.value,
            source, now, now + self._session, proved_at,
        )  # fmt: skip
        return cookie

    async def find(self, cookie: str, now: datetime) -> Session | None:
        """Return the session of a cookie, None when it is none, or over, or its person is disabled."""
        if len(cookie) != COOKIE_CHARS or not cookie.isascii():
            return None
        hashed = _hash(cookie)
        until, session = self._known.get(hashed, (0.0, None))
        if until <= monotonic():
            rows = await fetch(self._pool, "find_session", self._region, hashed, now)
            session = session_of(rows[0]) if rows else None
            _keep(self._known, hashed, (monotonic() + KNOWN_S, session))
        if session is None or session.ends_at <= now:
            return None
        acted_at = self._acted.get(session.id)
        return replace(session, acted_at=max(session.acted_at, acted_at)) if acted_at is not None else session

    async def still(self, identity: Identity) -> Identity | None:
        """Return the identity of a session that goes on, as it is now; None when it is over. For open sockets."""
        kind, _, session_id = identity.source.partition(":")
        if kind != SOURCE:
            return None
        rows = await fetch(self._pool, "find_session_by_id", self._region, session_id)
        return session_of(rows[0]).identity() if rows else None

    async def note(self, session: Session, now: datetime, *, acted: bool) -> None:
        """Note that a session was seen, and whether its person did something; written down every now and then."""
        if acted:
            _keep(self._acted, session.id, now)
        if monotonic() - self._noted.get(session.id, -NOTE_S) < NOTE_S:
            return
        _keep(self._noted, session.id, monotonic())
        await execute(self._pool, "note_session", session.id, now, self._acted.get(session.id, session.acted_at))

    async def prove(self, session: Session, now: datetime) -> bool:
        """Note a new proof; the end of the session moves with it. False: it has ended."""
        rows = await fetch(self._pool, "prove_session", session.id, now, now + self._session)
        self.forget_known()
        return bool(rows)

    async def list(self, person_id: UUID, now: datetime) -> list[Any]:
        return await fetch(self._pool, "list_sessions", self._region, person_id, now)

    async def end(self, person_id: UUID, session_id: str, now: datetime) -> bool:
        rows = await fetch(self._pool, "end_session", self._region, person_id, session_id, now)
        self.forget_known()
        return bool(rows)

    async def end_all(self, person_id: UUID, now: datetime, *, but: str = "") -> int:
        """End a person's sessions, all but one; return how many."""
        rows = await fetch(self._pool, "end_sessions", self._region, person_id, but, now)
        self.forget_known()
        return len(rows)

    async def forget_old(self, before: datetime) -> None:
        await execute(self._pool, "forget_sessions", before)

    def forget_known(self) -> None:
        """Look everybody up again: a session or a person has changed."""
        self._known.clear()


def session_of(row: Any) -> Session:
    return Session(
        id=row["id"],
        means=Means(row["means"]),
        source=row["source"],
        started_at=row["started_at"],
        proved_at=row["proved_at"],
        acted_at=row["acted_at"],
        seen_at=row["seen_at"],
        ends_at=row["ends_at"],
        person_id=row["person_id"],
        login=row["login"],
        call_sign=row["call_sign"],
        name=row["name"],
        role=Role(row["role"]),
        sectors=tuple(row["sectors"]),
        never_idle=row["never_idle"],
    )


def _hash(cookie: str) -> bytes:
    return sha256(cookie.encode()).digest()


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > KNOWN_MAX:
        kept.popitem(last=False)
