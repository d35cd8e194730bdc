"""Copies of a database. What is personal in one stays sealed: the keys are not in it and are kept apart.

A restored ledger gets a new id, so that a client that saw events which the copy lacks is known by its old cursor and
fetches the picture anew.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
from cryptography.exceptions import InvalidTag

from app.backup.programs import run_program
from app.embedded.home import sync_folder
from app.keyfile import KeyMissing
from app.sealing import SealedValue, Sealer
from app.store.hosts import dial
from app.store.ledger import NoLedger
from app.store.migrate import migrate
from app.store.pool import REGION_WIDE
from app.store.roles import make_roles
from app.store.statements import statement
from app.verify import Report, verify

SAMPLE: Final = 100  # sealed values a drill opens


class NotEmpty(OSError):
    """The database already holds something; a restore never mixes."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is whole on disk."""

    file: Path
    size_bytes: int
    seqs: dict[str, int]


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill found. `keys_missing` counts values whose time may simply be over; `broken` ones never open."""

    report: Report
    old_id: UUID | None
    new_id: UUID
    opened: int
    keys_missing: int
    broken: int

    @property
    def is_sound(self) -> bool:
        return self.report.is_sound and self.old_id != self.new_id and not self.broken


async def back_up(dsn: str, target: Path, region: str) -> Made:
    """Write a backup to a new file, or under a name of its own into a folder; nothing is left of a broken one.

    Raises FileExistsError, ProgramFailed.
    """
    target = _place(target, region)
    seqs = {row["region"]: row["seq"] for row in await _heads(dsn)}
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o600)
        await run_program("pg_dump", dsn, "--format=custom", f"--file={draft}")
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(target.parent)
    return Made(target, target.stat().st_size, seqs)


def _place(target: Path, region: str) -> Path:
    if target.is_dir():
        target /= f"auxilio-{region}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
    if target.exists():
        raise FileExistsError(f"{target} exists; a backup is never written over another")
    return target


async def restore(dsn: str, file: Path) -> None:
    """Restore into an empty database, as its owner, and bring it up to date; all or nothing.

    Raises NotEmpty, ProgramFailed, RolesRefused, MigrationChanged.
    """
    connection = await dial(dsn)
    try:
        if await connection.fetchval("SELECT to_regclass('schema_migrations') IS NOT NULL"):
            raise NotEmpty("this database already holds an Auxilio; restore into an empty one")
        await make_roles(connection)  # the copy says what they may do
    finally:
        await connection.close()
    await run_program("pg_restore", dsn, "--single-transaction", "--exit-on-error", "--no-owner", str(file))
    await migrate(dsn)
    connection = await dial(dsn)
    try:
        async with connection.transaction():
            await connection.execute(statement("renew_ledger_ids"))
            await connection.execute(statement("clear_leases"))
    finally:
        await connection.close()


async def drill(dsn: str, file: Path, region: str, sealer: Sealer) -> Drilled:
    """Restore into a database made for it beside this one, prove that the copy is good, and remove it again.

    Raises NoLedger when it holds another region; else what `restore` raises.
    """
    name = f"auxilio_drill_{secrets.token_hex(6)}"
    parts = urlsplit(dsn)
    scratch = urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
    before = {row["region"]: row["ledger_id"] for row in await _heads(dsn)}
    connection = await dial(dsn)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
        try:
            await restore(scratch, file)
            after = {row["region"]: row["ledger_id"] for row in await _heads(scratch)}
            if region not in after:
                raise NoLedger(region, after)
            report = await verify(scratch, region)
            return Drilled(report, before.get(region), after[region], *await _open_some(scratch, region, sealer))
        finally:
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def _heads(dsn: str) -> list[asyncpg.Record]:
    connection = await dial(dsn, server_settings=REGION_WIDE)
    try:
        if not await connection.fetchval("SELECT to_regclass('ledger_head') IS NOT NULL"):
            return []
        return list(await connection.fetch(statement("list_heads")))
    finally:
        await connection.close()


async def _open_some(dsn: str, region: str, sealer: Sealer) -> tuple[int, int, int]:
    """Try the key file on some sealed values of the latest months; what is in them is dropped at once."""
    opened = missing = broken = 0
    connection = await dial(dsn, server_settings=REGION_WIDE)
    try:
        for row in await connection.fetch(statement("some_sealed"), region, SAMPLE):
            try:
                sealer.open(SealedValue(**row))
                opened += 1
            except KeyMissing:
                missing += 1
            except InvalidTag:
                broken += 1
    finally:
        await connection.close()
    return opened, missing, broken
