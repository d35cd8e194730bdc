"""The end of the ledger and of the audit trail: the last events chain up to the head, and to what was signed last.

Quick, and so not proof: `auxilio ledger verify` reads all of it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final

import asyncpg

from app.codec import chain
from app.doctor.aside import aside
from app.doctor.finding import Finding, ok, unseen, warn, wrong
from app.doctor.keys import lying
from app.doctor.scene import Scene
from app.doctor.units import span
from app.heads import SIGNING, BadHead, Head, SignedHead, Signer, check

TAIL: Final = 500  # some minutes of a busy hour; a few milliseconds to read
SIGNED_LATE_S: Final = 300.0  # heads are signed once a minute
VERIFY: Final = "auxilio ledger verify"
DO: Final = "Stop changing the database, make a copy of it as it is, and let this say all that does not fit:"
Fetch = Callable[..., Awaitable[list[asyncpg.Record]]]


async def look(scene: Scene) -> AsyncIterator[Finding]:
    region = scene.region
    async with scene.store.snapshot() as fetch:
        now = await fetch("heads_now", region)
        if not now:
            yield unseen("nothing is recorded yet")
            return
        (head,) = now
        for name, pages, stands in (
            ("ledger", "read_ledger", (head["seq"], head["hash"])),
            ("audit trail", "read_audit", (head["audit_seq"], head["audit_hash"])),
        ):
            first, rows = await _tail(fetch, pages, region, stands[0])
            fault = fault_of(first, rows, stands)
            if fault:
                yield wrong(f"{name}: {fault}", DO, VERIFY)
            else:
                yield ok(f"{name}: the last {len(rows)} of {stands[0]} chain up to the head")
        signed = await fetch("last_signed_head", region)
        async for finding in _signed(scene, fetch, signed, head):
            yield finding


async def _tail(fetch: Fetch, pages: str, region: str, seq: int) -> tuple[bytes | None, list[asyncpg.Record]]:
    """Return the last rows, and the hash before the first of them; None where that is gone."""
    after = max(seq - TAIL, 0)
    if after == 0:
        return b"", await fetch(pages, region, 0, TAIL + 1)
    rows = await fetch(pages, region, after - 1, TAIL + 2)
    if not rows or rows[0]["seq"] != after:
        return None, rows
    return rows[0]["hash"], rows[1:]


def fault_of(before: bytes | None, rows: Sequence[Any], head: tuple[int, bytes]) -> str:
    """Say where rows do not chain, or do not end at the head; empty when they do."""
    at = rows[0]["seq"] - 1 if rows else 0
    for row in rows:
        if row["seq"] != at + 1:
            return f"{at + 1} is missing"
        expected = row["hash"] if before is None else chain(before, row["body"].encode())
        if expected != row["hash"]:
            return f"the bytes of {row['seq']}, or an earlier one, were changed"
        at, before = row["seq"], row["hash"]
    if (at, before or b"") != head:
        return f"the head says {head[0]}, the rows end at {at}"
    return ""


async def _signed(
    scene: Scene, fetch: Fetch, rows: list[asyncpg.Record], now: asyncpg.Record
) -> AsyncIterator[Finding]:
    if not rows:
        yield unseen("no head was signed yet: the desk does it once a minute")
        return
    path = scene.settings.keys_path
    keys = (await aside(lambda: lying(path))).keys
    if keys is None or SIGNING not in keys.names():
        yield unseen("signed heads: their key cannot be read from the key file")
        return
    try:
        (last,) = check([SignedHead(**rows[0])], Signer(keys).public_key())
    except BadHead:
        yield wrong("the last signed head was not signed with this key file's key", DO, VERIFY)
        return
    yield await _held_against(scene, fetch, last, now)
    folder = scene.settings.heads_dir
    if folder is not None and not await aside(folder.is_dir):
        yield wrong(
            f"AUXILIO_HEADS_DIR: {folder} is not there: heads are kept in the database alone", "Mount or make it."
        )


async def _held_against(scene: Scene, fetch: Fetch, last: Head, now: asyncpg.Record) -> Finding:
    """The row the head was signed at must still be what it was; and signing must go on."""
    rows = await fetch("read_ledger", scene.region, last.seq - 1, 1) if last.seq else []
    if last.seq and (not rows or rows[0]["hash"] != last.hash):
        return wrong(f"event {last.seq} is not what was signed at {last.at:%Y-%m-%d %H:%M}", DO, VERIFY)
    said = f"the head signed {span((now['at'] - last.at).total_seconds())} ago, at event {last.seq}, fits"
    unsigned = await fetch("read_ledger", scene.region, last.seq, 1)
    late_s = (now["at"] - unsigned[0]["at"]).total_seconds() if unsigned else 0.0
    if late_s > SIGNED_LATE_S:
        do = "See whether the desk runs and its loop `signed heads` is late."
        return warn(f"{said}; what was recorded {span(late_s)} ago is not signed yet", do)
    return ok(said)
