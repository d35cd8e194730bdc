"""The command line."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from app import administration as admin
from app import running
from app.admission_cli import devices_cli, keys_cli
from app.demo.stage import Options, run_demo
from app.engines import engines
from app.interop.callbacks import addresses
from app.interop.callbacks.delivery import BadAddress
from app.interop.check import check, lines
from app.store.migrate import migrate as apply_migrations
from app.terminal import fail, run, settings
from app.verify import verify as verify_ledger
from geo.registry_rows import to_csv, to_geojson

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Auxilio: a lost person reads out a 911 placard or presses a rescue tower's button; the nearest unit goes.",
    epilog="Settings: DATABASE_URL, REDIS_URL, AUXILIO_* (docs/settings.md). Without the URLs, embedded servers run.",
)
ledger_cli = typer.Typer(no_args_is_help=True, help="The append-only history.")
registry_cli = typer.Typer(no_args_is_help=True, help="The signs on the ground.")
units_cli = typer.Typer(no_args_is_help=True, help="The units that respond.")
interop_cli = typer.Typer(no_args_is_help=True, help="Other systems' formats.")
callbacks_cli = typer.Typer(no_args_is_help=True, help="Where PSAPs hear what became of their callers.")
cli.add_typer(ledger_cli, name="ledger")
cli.add_typer(registry_cli, name="registry")
cli.add_typer(units_cli, name="units")
cli.add_typer(keys_cli, name="keys")
cli.add_typer(devices_cli, name="devices")
cli.add_typer(callbacks_cli, name="callbacks")
cli.add_typer(interop_cli, name="interop")

Port = Annotated[int | None, typer.Option(help="TCP port; 0 takes a free one. Default 8911.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on. Default 127.0.0.1, with --tls all of them.")]
Tls = Annotated[
    bool | None,
    typer.Option("--tls", help="Serve HTTPS with a certificate of our own, and show phones the way in by a QR code."),
]


def say(line: str, more: str) -> None:
    typer.echo(line)
    if more:
        typer.echo(more)


@cli.command()
def serve(port: Port = None, host: Host = None, tls: Tls = None) -> None:
    """Run the service: decide, record, serve HTTP, websockets and the screens, all in one process."""
    found = settings(port=port, host=host, tls=tls)
    raise typer.Exit(run(running.run_desk(found, lambda url, more: say(f"Auxilio serves {url}", more))))


@cli.command()
def gateway(port: Port = None, host: Host = None, tls: Tls = None) -> None:
    """Run one more process for HTTP, websockets and the screens; it needs a `serve` on the same database."""
    found = settings(port=port, host=host, tls=tls)
    raise typer.Exit(run(running.run_gateway(found, lambda url, more: say(f"Auxilio gateway serves {url}", more))))


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
            return await apply_migrations(urls.database)

    applied = run(work())
    typer.echo("\n".join(applied) if applied else "nothing to do")


@ledger_cli.command("verify")
def ledger_verify() -> None:
    """Check the hash chain, and that the ledger folds to exactly the read tables. Exit 1 on any fault."""
    found = settings()

    async def work() -> Any:
        async with engines(found) as urls:
            return await verify_ledger(urls.database, found.region)

    report = run(work())
    for fault in report.faults:
        typer.echo(fault)
    if report.faults_more:
        typer.echo(f"... and {report.faults_more} more")
    verdict = "sound" if report.is_sound else f"{len(report.faults) + report.faults_more} FAULTS"
    typer.echo(f"{report.events} events, {report.rows} rows: {verdict}")
    raise typer.Exit(0 if report.is_sound else 1)


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
            await apply_migrations(urls.database)
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


def main() -> None:
    cli()


if __name__ == "__main__":
    main()
