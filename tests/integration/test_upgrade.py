"""What stood in a database before it had a retention and a trail is in them afterwards."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.store import migrate as migrating
from app.store.migrate import migrate, migrations
from app.store.pool import Connection
from app.verify import verify
from loadtests.rig import REGION, Engines

AT = datetime(2026, 11, 22, tzinfo=UTC)


async def test_values_get_their_holders_and_reads_their_chain(rig: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    database = await bare(rig)
    known = migrations()
    with monkeypatch.context() as patched:
        patched.setattr(migrating, "migrations", lambda: [one for one in known if one.version < 14])
        patched.setattr(migrating, "grant", grant_nothing)  # the roles' rights are to tables of today
        await migrate(database)
    call, update, alert, note = (uuid4() for _ in range(4))
    connection = await asyncpg.connect(database)
    try:
        await write(connection, 1, "call.received", f'{{"call":{{"id":7,"sealed":"{call}"}}}}')
        await write(connection, 2, "call.updated", f'{{"call":{{"id":7,"sealed":"{update}"}}}}')
        await write(connection, 3, "alert.received", f'{{"alert":{{"id":5,"sealed":"{alert}"}}}}')
        await write(connection, 4, "incident.noted", f'{{"incident_id":3,"sealed":"{note}"}}')
        for purpose in ("call back", "look"):
            await connection.execute(
                "INSERT INTO private_reads (region, reader, what, sealed, purpose) VALUES ($1, 'd-1', 'call', $2, $3)",
                REGION, call, purpose,
            )  # fmt: skip
        await migrate(database)
        rows = await connection.fetch("SELECT sealed, holder_kind, holder_id FROM holdings")
        held: dict[UUID, tuple[str, int]] = {row["sealed"]: (row["holder_kind"], row["holder_id"]) for row in rows}
        assert held == {call: ("call", 7), update: ("call", 7), alert: ("alert", 5), note: ("incident", 3)}
        acts = await connection.fetch("SELECT act, by, about FROM audit_trail ORDER BY seq")
        assert [tuple(row) for row in acts] == [("read", "d-1", str(call))] * 2
        await connection.execute(
            "DELETE FROM ledger; INSERT INTO ledger_head (region) VALUES ($1)".replace("$1", f"'{REGION}'")
        )
    finally:
        await connection.close()
    report = await verify(database, REGION)
    assert (report.acts, report.faults) == (2, [])


async def grant_nothing(_connection: Connection) -> bool:
    return False


async def bare(rig: Engines) -> str:
    """Return the DSN of a new database with nothing in it."""
    database = await rig.new_database()
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    finally:
        await connection.close()
    return database


async def write(connection: "asyncpg.Connection[asyncpg.Record]", seq: int, kind: str, event: str) -> None:
    await connection.execute(
        "INSERT INTO ledger VALUES ($1, $2, $3, $4, 1, $5, NULL, $6, $7)",
        REGION, seq, uuid4(), kind, AT, f'{{"event":{event}}}', b"",
    )  # fmt: skip
