"""The commands that keep, end and account for personal data. Who runs them has the keys and the database anyway."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getuser
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from app import export
from app.clock import Clock
from app.engines import engines
from app.intake.numbers import usable_number
from app.retention.erasing import Whose, erase
from app.retention.holds import KINDS, Holds
from app.retention.retention import Retention
from app.sealing import KeyFile, Sealer
from app.settings import Settings
from app.store.migrate import migrate
from app.store.pool import Pool, fetch, open_pool
from app.terminal import fail, run, settings
from app.trail import Act, Trail

sealing_cli = typer.Typer(no_args_is_help=True, help="The keys that what is personal is sealed under.")
holds_cli = typer.Typer(no_args_is_help=True, help="What is kept for a court or an inquiry.")
export_cli = typer.Typer(no_args_is_help=True, help="Counts by month and area; incidents one by one for a reason.")

BY: Final = "operator"
Reason = Annotated[str, typer.Option(help="why; it is recorded, sealed")]
Since = Annotated[datetime, typer.Option(help="from when, UTC")]
Until = Annotated[datetime, typer.Option(help="until when, UTC")]


def add_custody(cli: typer.Typer) -> None:
    """Add the commands to the command line."""
    cli.add_typer(sealing_cli, name="sealing")
    cli.add_typer(holds_cli, name="holds")
    cli.add_typer(export_cli, name="export")
    cli.command("erase")(erase_values)


@dataclass(frozen=True, slots=True)
class Custody:
    """What these commands work with."""

    settings: Settings
    pool: Pool
    sealer: Sealer

    @property
    def region(self) -> str:
        return self.settings.region

    @property
    def trail(self) -> Trail:
        return Trail(self.pool, self.region, self.sealer)

    @property
    def holds(self) -> Holds:
        return Holds(self.pool, self.region, self.sealer, Clock())


@asynccontextmanager
async def custody(found: Settings) -> AsyncIterator[Custody]:
    async with engines(found) as urls:
        await migrate(urls.owner)
        pool = await open_pool(urls.database, size=2)
        try:
            yield Custody(found, pool, Sealer(KeyFile(found.keys_path), found.region, found.rules))
        finally:
            await pool.close()


def operator() -> str:
    """Return who types, as the trail shows it."""
    return f"{BY} {getuser()}"


@sealing_cli.command("keys")
def sealing_keys() -> None:
    """List the wrapping keys and how many values are under each."""
    found = settings()

    async def work() -> dict[str, int]:
        async with custody(found) as with_all:
            rows = await fetch(with_all.pool, "count_sealed_by_key", found.region)
            counts = {name: 0 for name in with_all.sealer.keys.names() if "/" in name}
            return counts | {row["wrap_key"]: row["n"] for row in rows}

    for name, count in sorted(run(work()).items()):
        typer.echo(f"{name} {count}")


@sealing_cli.command("rotate")
def sealing_rotate(
    new_keys: Annotated[
        bool, typer.Option(help="make a new key for each: the old ones may be known to somebody")
    ] = False,
) -> None:
    """Wrap data keys anew under the keys they belong under now, in batches; run it again after an interruption."""
    found = settings()

    async def work() -> int:
        async with custody(found) as with_all:
            if new_keys:
                generation = with_all.sealer.keys.next_generation()
                await with_all.trail.record(Act.KEYS_ROTATED, operator(), more={"generation": generation})
            retention, moved = Retention(with_all.pool, found.region, with_all.sealer), 0
            while some := (await retention.roll(datetime.now(UTC))).moved:
                moved += some
            return moved

    typer.echo(f"{run(work())} data keys wrapped anew; old keys are destroyed in {found.backup_days} days")


def erase_values(
    reason: Reason,
    incident: Annotated[int | None, typer.Option(help="everything sealed of an incident")] = None,
    sealed: Annotated[UUID | None, typer.Option(help="a single value")] = None,
    number: Annotated[
        bool, typer.Option(help="a caller's values; the number is read from standard input, not from here")
    ] = False,
) -> None:
    """Erase what is sealed before its time: here at once, in backups when they expire. The history stays whole."""
    found = settings()
    if sum((incident is not None, sealed is not None, number)) != 1:
        fail("name exactly one of --incident, --sealed, --number", 2)
    plain = usable_number(sys.stdin.readline(), frozenset(), found.number_region) if number else None
    if number and plain is None:
        fail("not a number that tells callers apart", 2)

    async def work() -> Any:
        async with custody(found) as with_all:
            digest = None if plain is None else with_all.sealer.digest("number", plain.encode())
            whose = Whose(incident, digest, sealed)
            return await erase(with_all.pool, found.region, with_all.sealer, whose, operator(), None, reason)

    done = run(work())
    for incident_id, why in sorted(done.kept.items()):
        typer.echo(f"incident {incident_id} is {why}: kept")
    typer.echo(f"{done.values} values erased; gone from backups in {found.backup_days} days at the latest")
    raise typer.Exit(0 if done.values else 1)


@holds_cli.command("set")
def holds_set(
    incident: Annotated[int, typer.Argument(help="the incident")],
    reason: Reason,
    kind: Annotated[str, typer.Option(help=" or ".join(KINDS))] = "legal",
) -> None:
    """Keep everything sealed of an incident until the hold is released."""
    found = settings()
    if kind not in KINDS:
        fail(f"a hold is {' or '.join(KINDS)}", 2)

    async def work() -> int | None:
        async with custody(found) as with_all:
            if not await fetch(with_all.pool, "sector_of_incident", found.region, incident):
                return -1
            return await with_all.holds.set(incident, kind, operator(), None, reason)

    hold_id = run(work())
    if hold_id == -1:
        fail("no such incident")
    typer.echo("it is held already" if hold_id is None else f"hold {hold_id}")


@holds_cli.command("release")
def holds_release(hold: Annotated[int, typer.Argument(help="the hold's number")], reason: Reason) -> None:
    """End a hold; the incident's time runs again from its outcome."""
    found = settings()

    async def work() -> int | None:
        async with custody(found) as with_all:
            return await with_all.holds.release(hold, operator(), None, reason)

    incident_id = run(work())
    if incident_id is None:
        fail("no such hold stands")
    typer.echo(f"incident {incident_id} is not held by it any more")


@holds_cli.command("list")
def holds_list() -> None:
    """List the holds that stand, and the last released ones."""
    found = settings()

    async def work() -> list[dict[str, Any]]:
        async with custody(found) as with_all:
            return await with_all.holds.all()

    for row in run(work()):
        until = f" until {row['released_at']:%Y-%m-%d}" if row["released_at"] else ""
        typer.echo(f"{row['id']} incident {row['incident_id']} {row['kind']} since {row['set_at']:%Y-%m-%d}{until}")


@export_cli.command("counts")
def export_counts(since: Since, until: Until) -> None:
    """Write counts of incidents by month and H3 cell of resolution 7 as CSV; fewer than five are not told apart."""
    found = settings()

    async def work() -> list[dict[str, Any]]:
        async with custody(found) as with_all:
            rows = await export.count_incidents(with_all.pool, found.region, _utc(since), _utc(until))
            await with_all.trail.record(Act.EXPORT, operator(), more={"counts": len(rows)})
            return rows

    typer.echo(export.to_csv(run(work()), export.COUNTED), nl=False)


@export_cli.command("incidents")
def export_incidents(since: Since, until: Until, reason: Reason) -> None:
    """Write incidents one by one as CSV, for a reason that is recorded; nothing sealed is among it."""
    found = settings()

    async def work() -> list[dict[str, Any]]:
        async with custody(found) as with_all:
            rows = await export.list_incidents(with_all.pool, found.region, _utc(since), _utc(until))
            more = {"incidents": len(rows), "since": _utc(since).isoformat(), "until": _utc(until).isoformat()}
            await with_all.trail.record(Act.EXPORT, operator(), reason=reason, more=more)
            return rows

    try:
        rows = run(work())
    except export.TooMany as refused:
        fail(f"refused: {refused}: take a shorter time")
    typer.echo(export.to_csv(rows, export.LISTED), nl=False)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
