"""The command line."""

import os
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from app import administration as admin
from app import running
from app.admission_cli import devices_cli, keys_cli
from app.backup.commands import backup_cli
from app.custody import add_custody
from app.demo.stage import Options, run_demo
from app.doctor.command import doctor
from app.engines import engines
from app.history import ledger_cli
from app.interop.callbacks import addresses
from app.interop.callbacks.delivery import BadAddress
from app.interop.check import check, lines
from app.parent.parent import GATEWAYS_MAX, run_parent
from app.people_cli import people_commands
from app.settings import Settings
from app.store.migrate import migrate as apply_migrations
from app.terminal import fail, run, settings
from app.towers_cli import towers_cli
from geo.registry_rows import to_csv, to_geojson

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Auxilio: a lost person reads out a 911 placard or presses a rescue tower's button; the nearest unit goes.",
    epilog="Settings: DATABASE_URL, REDIS_URL, AUXILIO_* (docs/settings.md). Without the URLs, embedded servers run.",
)
database_cli = typer.Typer(no_args_is_help=True, help="Who may do what to the database.")
registry_cli = typer.Typer(no_args_is_help=True, help="The signs on the ground.")
units_cli = typer.Typer(no_args_is_help=True, help="The units that respond.")
interop_cli = typer.Typer(no_args_is_help=True, help="Other systems' formats.")
callbacks_cli = typer.Typer(no_args_is_help=True, help="Where PSAPs hear what became of their callers.")
add_custody(cli)
cli.command("doctor")(doctor)
cli.add_typer(ledger_cli, name="ledger")
cli.add_typer(database_cli, name="database")
cli.add_typer(backup_cli, name="backup")
cli.add_typer(registry_cli, name="registry")
cli.add_typer(units_cli, name="units")
cli.add_typer(keys_cli, name="keys")
cli.add_typer(devices_cli, name="devices")
cli.add_typer(towers_cli, name="towers")
cli.add_typer(callbacks_cli, name="callbacks")
cli.add_typer(interop_cli, name="interop")


Port = Annotated[int | None, typer.Option(help="TCP port; 0 takes a free one. Default 8911.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on. Default 127.0.0.1, with --tls all of them.")]
Tls = Annotated[
    bool | None,
    typer.Option("--tls", help="Serve HTTPS with a certificate of our own, and show phones the way in by a QR code."),
]

Gateways = Annotated[
    int,
    typer.Option(min=0, max=GATEWAYS_MAX, help="How many processes take HTTP and websockets beside the desk's own."),
]
GatewaysAlone = Annotated[int, typer.Option("--gateways", min=1, max=GATEWAYS_MAX, help="How many of them.")]


def inherited(found: Settings) -> Settings:
    """Put what was given on the command line where the children find it: into the environment."""
    os.environ["AUXILIO_TLS"] = str(found.tls).lower()
    if "host" in found.model_fields_set:
        os.environ["AUXILIO_HOST"] = found.host
    return found


def say_serves(who: str, url: str, more: str) -> None:
    typer.echo(f"{who} serves {url}")
    if more:
        typer.echo(more)


@cli.command()
def serve(port: Port = None, host: Host = None, tls: Tls = None, gateways: Gateways = 0) -> None:
    """Run the service: decide, record, serve HTTP, websockets and the screens, in one watched process or several.

    When another process holds the desk, it serves as a gateway does, and takes the desk over when that one goes.
    """
    found = settings(port=port, host=host, tls=tls)
    ready = partial(say_serves, "Auxilio")
    if not found.watched and not gateways:
        raise typer.Exit(run(running.run_desk(found, ready)))
    raise typer.Exit(run(run_parent(inherited(found), ready, with_desk=True, gateways=gateways)))


@cli.command()
def desk(
    port: Port = None,
    host: Host = None,
    region: Annotated[
        list[str] | None, typer.Option(help="A region to hold; repeatable. Default: the one set.")
    ] = None,
) -> None:
    """Hold the desk, or stand by for it, and serve nothing but its health; `gateway` processes take the requests."""
    found = [settings(port=port, host=host, region=name) for name in region or (None,)]
    raise typer.Exit(run(running.run_desk_only(found, partial(say_serves, "Auxilio desk"))))


@cli.command()
def gateway(port: Port = None, host: Host = None, tls: Tls = None, gateways: GatewaysAlone = 1) -> None:
    """Run more processes for HTTP, websockets and the screens; they need a desk on the same database."""
    found = settings(port=port, host=host, tls=tls)
    ready = partial(say_serves, "Auxilio gateway")
    if not found.watched and gateways == 1:
        raise typer.Exit(run(running.run_gateway(found, ready)))
    raise typer.Exit(run(run_parent(inherited(found), ready, with_desk=False, gateways=gateways)))


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="TCP port of the service; 0 takes a free one.")] = 8911,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=1.0,
            envvar="DEMO_SECONDS",
            help="Take calls for so long, finish what is open, stop. Default: until Ctrl-C.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="What happens follows from it.")] = 1,
    rate: Annotated[float, typer.Option(min=0.01, max=50.0, help="Calls a second.")] = 1.5,
) -> None:
    """Show it all: a synthetic border in .demo/, the service, and callers, towers, agents and a dispatcher at work."""
    raise typer.Exit(run(run_demo(Options(port, seconds, seed, rate))))


@cli.command()
def migrate() -> None:
    """Bring the database schema up to date. Migrations only go forward."""
    found = settings()

    async def work() -> list[str]:
        async with engines(found) as urls:
            return await apply_migrations(urls.owner)

    applied = run(work())
    typer.echo("\n".join(applied) if applied else "nothing to do")


@database_cli.command("roles")
def database_roles() -> None:
    """As the owner: make the other roles, and say what they may do. Exit 1 while the service itself has no wall."""
    found = settings()

    async def work() -> tuple[list[str], bool | None]:
        async with engines(found) as urls:
            return await admin.set_up_roles(urls)

    made, has_wall = run(work())
    typer.echo(f"made: {', '.join(made)}" if made else "the roles are there")
    if has_wall is None:
        typer.echo("next: docs/access.md, MIGRATE_DATABASE_URL for the owner, DATABASE_URL for auxilio_app")
    elif not has_wall:
        fail("DATABASE_URL names a role that may change what was recorded; let the service run as auxilio_app")


@registry_cli.command("import")
def registry_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, or GeoJSON by its ending")],
) -> None:
    """Import signs, all or nothing; every fault is reported with row, field and reason."""
    found = settings()
    text = file.read_text(encoding="utf-8-sig")

    async def work() -> dict[str, object]:
        async with engines(found) as urls:
            is_geojson = file.suffix.lower() in (".json", ".geojson")
            return await admin.import_registry(found, urls, text, geojson=is_geojson)

    done = run_import(work())
    typer.echo(f"registry version {done['version']}: {done['signs']} signs")


@registry_cli.command("export")
def registry_export(geojson: Annotated[bool, typer.Option(help="GeoJSON instead of CSV")] = False) -> None:
    """Write the registry to standard output."""
    found = settings()

    async def work() -> str:
        async with engines(found) as urls:
            registry = await admin.export_registry(found, urls)
            return to_geojson(registry) if geojson else to_csv(registry)

    typer.echo(run(work()), nl=False)


@units_cli.command("import")
def units_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: see docs/settings.md")],
) -> None:
    """Make units known, or change what is configured of them; what they are doing stays."""
    found = settings()
    text = file.read_text(encoding="utf-8-sig")

    async def work() -> dict[str, object]:
        async with engines(found) as urls:
            return await admin.import_units(found, urls, text)

    done = run_import(work())
    typer.echo(f"{done['units']} units, {done['changed']} of them new or changed")


def run_import(work: Coroutine[Any, Any, dict[str, object]]) -> dict[str, object]:
    try:
        return run(work)
    except admin.ImportRefused as refused:
        for fault in refused.faults:
            typer.echo(f"row {fault.row}: {fault.field}: {fault.reason}", err=True)
        fail(f"refused: {refused}; nothing was changed")


@interop_cli.command("check")
def interop_check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a message somebody sent")],
    values: Annotated[bool, typer.Option(help="show what was read, too; it may be personal")] = False,
) -> None:
    """Say what a file is, what of it is understood and what is not. Exit 1 when nothing can be used."""
    verdict = check(file.read_bytes())
    for line in lines(verdict, values=values):
        typer.echo(line)
    raise typer.Exit(0 if verdict.reading is not None else 1)


@callbacks_cli.command("set")
def callbacks_set(
    psap: Annotated[str, typer.Argument(help="the name of the PSAP's key")],
    url: Annotated[str, typer.Argument(help="https:// address that takes the messages")],
) -> None:
    """Say where a PSAP is called back; shows the secret its messages are signed with (Standard Webhooks)."""
    found = settings()

    async def work() -> str:
        async with engines(found) as urls:
            await apply_migrations(urls.owner)
            return await addresses.set_address(found, urls.database, psap, url)

    try:
        typer.echo(run(work()))
    except BadAddress as refused:
        fail(f"refused: {refused}", 2)


@callbacks_cli.command("drop")
def callbacks_drop(psap: Annotated[str, typer.Argument(help="the name of the PSAP's key")]) -> None:
    """Call a PSAP back no more; what waits for it is given up."""
    found = settings()

    async def work() -> None:
        async with engines(found) as urls:
            await addresses.drop_address(found, urls.database, psap)

    run(work())


@callbacks_cli.command("list")
def callbacks_list() -> None:
    """List where PSAPs are called back."""
    found = settings()

    async def work() -> dict[str, str]:
        async with engines(found) as urls:
            return await addresses.list_addresses(found, urls.database)

    for psap, url in run(work()).items():
        typer.echo(f"{psap} {url}")


cli.add_typer(people_commands(settings, run, fail), name="people")


def main() -> None:
    cli()


if __name__ == "__main__":
    main()
