"""`auxilio keys` and `auxilio devices`: letting senders and devices in, and showing them out."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import segno
import typer

from app.access.devices.codes import CODE_LIFE, make_code
from app.access.front import FINGERPRINT, fingerprint
from app.access.identity import Role
from app.access.invitation import enrolment_url
from app.access.keys import OVERLAP, Terms, TwoLive, add_key, revoke_key, rotate_key
from app.access.signing.secret import BadPublicKey, plain_key, shown, signing_secret
from app.access.terms import BadTerms, check_terms
from app.engines import engines
from app.sealing import KeyFile, Sealer
from app.settings import Settings
from app.store.migrate import migrate
from app.store.pool import Pool, fetch, open_pool
from app.terminal import fail, run, settings

T = TypeVar("T")
keys_cli = typer.Typer(no_args_is_help=True, help="Keys that let senders, devices and consoles in.")
devices_cli = typer.Typer(no_args_is_help=True, help="Agents' devices, each with a key pair of its own.")
TWO_LIVE = "this holder has two keys that live: revoke one first (auxilio keys list)"


def with_pool(found: Settings, work: Callable[[Pool], Awaitable[T]]) -> T:
    """Do something with the database, brought up to date."""

    async def do() -> T:
        async with engines(found) as urls:
            await migrate(urls.owner)
            pool = await open_pool(urls.database, size=1)
            try:
                return await work(pool)
            finally:
                await pool.close()

    return run(do())


def sealer_of(found: Settings) -> Sealer:
    return Sealer(KeyFile(found.keys_path), found.region)


@keys_cli.command("create")
def keys_create(
    role: Annotated[Role, typer.Option(help="whose key it is")],
    name: Annotated[str, typer.Option(help="who holds it, as the history will show")],
    sector: Annotated[
        list[str] | None, typer.Option(help="usual (psap) or only (dispatcher) sectors; repeatable")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="the agent's or tracker's unit")] = None,
    scope: Annotated[
        list[str] | None, typer.Option(help="only this of what the role may do; repeatable (docs/keys.md)")
    ] = None,
    must_sign: Annotated[bool, typer.Option("--must-sign", help="requests must be signed")] = False,
    public_key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="the sender's own public key, PEM; it must then sign"),
    ] = None,
    certificate: Annotated[
        str | None, typer.Option(help="SHA-256 of the client certificate it must come with, through a trusted proxy")
    ] = None,
    in_url: Annotated[
        bool, typer.Option("--in-url", help="may stand in an address; reports for one device and does nothing else")
    ] = False,
    device: Annotated[str | None, typer.Option(help="the only device a tower's key reports for")] = None,
    days: Annotated[float | None, typer.Option(min=0.01, help="how long it lives; else until it is revoked")] = None,
) -> None:
    """Make a key and show it once; only its hash is kept. At most two of a holder live at a time."""
    found = settings()
    terms = Terms(
        role, name, tuple(sector or ()), unit, tuple(scope) if scope else None,
        must_sign or public_key is not None, _public_key(public_key), _certificate(certificate), in_url, device,
        datetime.now(UTC) + timedelta(days=days) if days is not None else None,
    )  # fmt: skip
    try:
        check_terms(terms)
    except BadTerms as error:
        fail(str(error))
    try:
        made = with_pool(found, lambda pool: add_key(pool, found.region, terms))
    except TwoLive:
        fail(TWO_LIVE)
    show_key(found, made, is_signing=terms.must_sign and terms.public_key is None)


def show_key(found: Settings, made: tuple[str, str], *, is_signing: bool) -> None:
    """Print a key; for one that signs, its id and secret as well, on lines of their own."""
    key_id, text = made
    typer.echo(text)
    if is_signing:
        typer.echo(f"key id {key_id}")
        typer.echo(f"signing secret {shown(signing_secret(sealer_of(found), key_id))}")


def _public_key(file: Path | None) -> bytes | None:
    if file is None:
        return None
    try:
        return plain_key(file.read_bytes())
    except BadPublicKey as error:
        fail(f"{file}: {error}")


def _certificate(text: str | None) -> str | None:
    if text is None:
        return None
    plain = fingerprint(text)
    if not FINGERPRINT.fullmatch(plain):
        fail("--certificate: the SHA-256 of the certificate, 64 hexadecimal digits")
    return plain


@keys_cli.command("list")
def keys_list() -> None:
    """List the keys that live and those that ended lately: whose, what for, when last used."""
    found = settings()
    for row in with_pool(found, lambda pool: fetch(pool, "list_keys", found.region)):
        about = [row["id"], row["role"], repr(row["name"]), *row["sectors"]]
        about += [f"unit {row['unit_id']}"] if row["unit_id"] else []
        about += [f"device {row['device']}"] if row["device"] else []
        about += [f"only {' '.join(row['scopes'])}"] if row["scopes"] is not None else []
        about += [word for word in ("must_sign", "in_url") if row[word]]
        about += ["with certificate"] if row["certificate"] else []
        about.append(f"last used {_when(row['last_used_at'])}")
        about += [f"ends {_when(row['expires_at'])}"] if row["expires_at"] and not row["revoked_at"] else []
        about += [f"ENDED {_when(row['revoked_at'])}"] if row["revoked_at"] else []
        typer.echo("  ".join(about))


@keys_cli.command("rotate")
def keys_rotate(
    key_id: Annotated[str, typer.Argument(help="the id, between the first two underscores of a key")],
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=24 * 31, help="how long the old key lives on beside the new one")
    ] = OVERLAP.total_seconds() / 3600,
) -> None:
    """Make a key's successor on the same terms and show it once; both live for the overlap."""
    found = settings()
    overlap = timedelta(hours=overlap_hours)
    try:
        made = with_pool(found, lambda pool: rotate_key(pool, found.region, key_id, datetime.now(UTC), overlap))
    except TwoLive:
        fail(TWO_LIVE)
    if made is None:
        fail("no such key that lives")
    new_id = made[0]
    (row,) = (r for r in with_pool(found, lambda pool: fetch(pool, "list_keys", found.region)) if r["id"] == new_id)
    show_key(found, made, is_signing=row["must_sign"] and not row["has_public_key"])


@keys_cli.command("revoke")
def keys_revoke(key_id: Annotated[str, typer.Argument(help="the id, between the first two underscores")]) -> None:
    """End a key: refused within a second or two in every process, and its open sockets closed."""
    found = settings()
    if not with_pool(found, lambda pool: revoke_key(pool, found.region, key_id)):
        fail("no such key that lives")


@devices_cli.command("enrol")
def devices_enrol(
    unit: Annotated[str, typer.Option(help="whose device it is")],
    label: Annotated[str, typer.Option(help="what tells the unit's devices apart")] = "phone",
    url: Annotated[str | None, typer.Option(help="the service's address as phones reach it")] = None,
) -> None:
    """Make a one-time code for a unit's device, with the QR code that leads a phone there."""
    found = settings()
    region, sealer = found.region, sealer_of(found)

    async def work(pool: Pool) -> str | None:
        if not await fetch(pool, "find_unit", region, unit):
            return None
        made = await make_code(pool, region, sealer, unit, label, by="command line", now=datetime.now(UTC))
        return made.text

    code = with_pool(found, work)
    if code is None:
        fail(f"no unit {unit}: auxilio units import makes them known")
    base = url or found.public_url or f"{'https' if found.tls else 'http'}://{found.host}:{found.port}"
    link = enrolment_url(base, code)
    segno.make(link, error="m").terminal(compact=True)
    typer.echo(f"{code}   for {unit}, once, within {CODE_LIFE.total_seconds() / 60:.0f} minutes\n{link}")


@devices_cli.command("list")
def devices_list() -> None:
    """List the devices that are enrolled and those taken off lately."""
    found = settings()
    for row in with_pool(found, lambda pool: fetch(pool, "list_devices", found.region)):
        ended = f"  TAKEN OFF {_when(row['revoked_at'])} by {row['revoked_by']}" if row["revoked_at"] else ""
        enrolled = f"enrolled {_when(row['enrolled_at'])} by {row['enrolled_by']}"
        last = f"last used {_when(row['last_used_at'])}"
        typer.echo(f"{row['id']}  {row['unit_id']}  {row['label']!r}  {enrolled}  {last}{ended}")


@devices_cli.command("revoke")
def devices_revoke(device_id: Annotated[str, typer.Argument(help="the id, from auxilio devices list")]) -> None:
    """Take a device off: its tokens are refused within a second or two, and its open sockets closed."""
    found = settings()
    if not with_pool(found, lambda pool: fetch(pool, "revoke_device", found.region, device_id, "command line")):
        fail("no such device that is enrolled")


def _when(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") + "Z" if at is not None else "never"
