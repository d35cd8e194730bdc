"""The commands about the history: that nobody has changed it, and by which key that can be told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.engines import engines
from app.heads import BadHead, Head, SignedHead, Signer, check, read_file
from app.sealing import KeyFile
from app.settings import Settings
from app.store.pool import fetch, open_pool
from app.terminal import fail, run, settings
from app.verify import Report, verify

ledger_cli = typer.Typer(no_args_is_help=True, help="The append-only history.")


@ledger_cli.command("verify")
def ledger_verify(
    heads: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="signed heads kept elsewhere; repeatable")
    ] = None,
    public_key: Annotated[str | None, typer.Option(help="the key that signed them, kept with them")] = None,
) -> None:
    """Check the chains of ledger and trail, that the ledger folds to exactly the read tables, and the signed heads.

    Exit 1 on any fault. Without --heads the heads in the database are used, which who can rewrite all can rewrite too.
    """
    found = settings()
    if (public_key is None) == bool(heads):
        fail("--heads and --public-key go together", 2)

    async def work() -> Report:
        async with engines(found) as urls:
            if public_key is None:
                known = await kept_heads(found, urls.database)
            else:
                known = list(check([head for file in heads or () for head in read_file(file)], public_key))
            kept_from = datetime.now(UTC) - timedelta(days=found.keep_staff_days)
            return await verify(urls.database, found.region, known, ended_before=kept_from)

    try:
        report = run(work())
    except BadHead as refused:
        fail(f"heads refused: {refused}")
    for fault in report.faults:
        typer.echo(fault)
    if report.faults_more:
        typer.echo(f"... and {report.faults_more} more")
    verdict = "sound" if report.is_sound else f"{len(report.faults) + report.faults_more} FAULTS"
    typer.echo(
        f"{report.events} events, {report.rows} rows, {report.acts} acts, {report.heads} signed heads: {verdict}"
    )
    raise typer.Exit(0 if report.is_sound else 1)


async def kept_heads(found: Settings, database: str) -> list[Head]:
    """Return the heads in the database, checked with the key of the key file."""
    pool = await open_pool(database, size=1)
    try:
        rows = await fetch(pool, "load_signed_heads", found.region)
    finally:
        await pool.close()
    return list(check([SignedHead(**row) for row in rows], Signer(KeyFile(found.keys_path)).public_key()))


@ledger_cli.command("public-key")
def ledger_public_key() -> None:
    """Show the public half of the key that signs heads: keep it with them, elsewhere."""
    typer.echo(Signer(KeyFile(settings().keys_path)).public_key())
