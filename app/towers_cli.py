"""`auxilio towers`: whose device speaks for which tower, and who speaks for none."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from app.administration import load_signs
from app.admission_cli import with_pool
from app.interop.lorawan.decoders import NAMES
from app.interop.tower.binding import BadBinding, binding_of, doubts
from app.interop.tower.devices import Device, Devices, device_key
from app.interop.tower.health import TowerHealth
from app.settings import Settings
from app.store.pool import Pool
from app.terminal import fail, settings
from dispatch.status import Kind

T = TypeVar("T")
towers_cli = typer.Typer(no_args_is_help=True, help="Whose device speaks for which tower.")
DeviceId = Annotated[str, typer.Argument(help="DevEUI of a LoRaWAN device, IMEI of a satellite modem")]


@towers_cli.command("bind")
def towers_bind(
    device: DeviceId,
    tower: Annotated[str, typer.Argument(help="the tower's id in the registry")],
    decoder: Annotated[
        str | None, typer.Option(help=f"{', '.join(NAMES)}; else by the model the network names")
    ] = None,
    heartbeat_s: Annotated[int | None, typer.Option(help="how often it speaks; three missed, and it rings")] = None,
    kind: Annotated[str, typer.Option(help="test: its presses page nobody, while it is being installed")] = Kind.REAL,
) -> None:
    """Let a device speak for a tower. Running processes know within a few seconds."""

    async def work(found: Settings, pool: Pool) -> tuple[Device, Device | None]:
        signs, devices = await load_signs(pool, found), Devices()
        binding = binding_of(signs.find(tower), device, decoder, heartbeat_s, kind)
        await devices.load(pool, found.region)
        before = devices.find(device)
        return await devices.bind(pool, found.region, binding), before

    try:
        kept, before = _at_the_store(work)
    except BadBinding as bad:
        fail(f"refused: {bad}", 2)
    for doubt in doubts(kept.device_id):
        typer.secho(doubt, fg=typer.colors.YELLOW, err=True)
    was = f", no longer for {before.tower_id}" if before is not None and before.tower_id != kept.tower_id else ""
    pages = "" if kept.kind is Kind.REAL else f"; {kept.kind}: it pages nobody as real"
    typer.echo(f"{kept.device_id} speaks for {kept.tower_id}{was}{pages}")


@towers_cli.command("unbind")
def towers_unbind(device: DeviceId) -> None:
    """Let a device speak for no tower any more, and forget what was heard of one that never did."""

    async def work(found: Settings, pool: Pool) -> bool:
        return await Devices().unbind(pool, found.region, device)

    if not _at_the_store(work):
        fail("no such device")
    typer.echo(f"{device_key(device)} speaks for no tower")


@towers_cli.command("list")
def towers_list(
    unbound: Annotated[bool, typer.Option("--unbound", help="only those heard and bound to no tower")] = False,
) -> None:
    """List the devices that are bound and those that were only heard: for which tower, how read, when heard."""

    async def work(found: Settings, pool: Pool) -> list[dict[str, Any]]:
        return await TowerHealth().load(pool, found.region, found.tower_heartbeat_s)

    for row in _at_the_store(work):
        if not unbound or row["bound_at"] is None:
            typer.echo(_line(row))


def _line(row: dict[str, Any]) -> str:
    is_bound = row["bound_at"] is not None
    speaks_for = row["tower_id"] if row["tower_id"] != row["device_id"] else "no tower"
    about = [row["device_id"], speaks_for if is_bound else f"{speaks_for}, NOT BOUND"]
    about += [f"by {row['decoder'] or 'its model'}"] if is_bound else []
    about += [f"every {row['heartbeat_s']} s", f"heard {_when(row['heard_at'])}"]
    about += [f"by {row['network']}"] if row["network"] else []
    about += [f"{row['kind']}: PAGES NOBODY"] if is_bound and row["kind"] != Kind.REAL else []
    return "  ".join(about)


def _at_the_store(work: Callable[[Settings, Pool], Awaitable[T]]) -> T:
    found = settings()
    return with_pool(found, lambda pool: work(found, pool))


def _when(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") + "Z" if at is not None else "never"
