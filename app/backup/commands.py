"""The commands that copy a database, bring a copy back, and prove that it can be brought back."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from app.backup.copy import Drilled, Made, back_up, drill, restore
from app.engines import Urls, engines
from app.sealing import KeyFile, Sealer
from app.settings import Settings
from app.terminal import fail, run, settings
from app.verify import Report, verify

backup_cli = typer.Typer(
    no_args_is_help=True,
    help="Copies of the database, without the sealing keys. They run as its owner (docs/operations.md).",
)
T = TypeVar("T")
Copy = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a backup")]


async def _with_engines(found: Settings, work: Callable[[Urls], Awaitable[T]]) -> T:
    async with engines(found) as urls:
        return await work(urls)


@backup_cli.command("make")
def backup_make(target: Annotated[Path, typer.Argument(help="a new file, or a folder that is there")]) -> None:
    """Write a backup, while the service runs. The key file is not in it: without it, what is personal stays sealed."""
    found = settings()

    async def work(urls: Urls) -> Made:
        return await back_up(urls.owner, target, found.region)

    made = run(_with_engines(found, work))
    for region, seq in made.seqs.items():
        typer.echo(f"region {region} up to event {seq}")
    typer.echo(f"{made.file}: {made.size_bytes / 1e6:.1f} MB. Prove it: auxilio backup drill {made.file}")
    typer.echo(f"Not in it, to be kept apart from it: the keys in {found.keys_path}")


@backup_cli.command("restore")
def backup_restore(file: Copy) -> None:
    """Restore into an empty database, and verify. Its ledger gets a new id: every client fetches its picture anew."""
    found = settings()

    async def work(urls: Urls) -> Report:
        await restore(urls.owner, file)
        return await verify(urls.owner, found.region)

    report = run(_with_engines(found, work))
    for fault in report.faults:
        typer.echo(fault)
    typer.echo(f"{report.events} events, {report.rows} rows: {'sound' if report.is_sound else 'FAULTS'}")
    if not found.keys_path.exists():
        typer.echo(f"Before you start: put the key file back to {found.keys_path}")
    raise typer.Exit(0 if report.is_sound else 1)


@backup_cli.command("drill")
def backup_drill(file: Copy) -> None:
    """Restore into a scratch database, prove chain, read tables and keys, and remove it. Exit 1 when it is not good."""
    found = settings()
    if not found.keys_path.exists():
        fail(f"no key file at {found.keys_path}: without it a copy gives nothing personal back", 2)

    async def work(urls: Urls) -> Drilled:
        return await drill(urls.owner, file, found.region, Sealer(KeyFile(found.keys_path), found.region))

    done = run(_with_engines(found, work))
    report = done.report
    for fault in report.faults:
        typer.echo(fault)
    typer.echo(f"{report.events} events and {report.rows} rows: the copy {'verifies' if report.is_sound else 'FAILS'}")
    typer.echo(f"its ledger would be {done.new_id}; here it is {done.old_id or 'none'}")
    typer.echo(f"of what is sealed: {done.opened} opened, {done.keys_missing} without a key, {done.broken} broken")
    if not done.opened and done.keys_missing:
        fail("the key file opens nothing of this copy: is it another installation's?")
    raise typer.Exit(0 if done.is_sound else 1)
