"""`auxilio doctor`."""

import shutil
import sys
from typing import Annotated

import typer

from app.doctor import words
from app.doctor.examination import Line, examine, status, unusable
from app.logs import configure_logs
from app.settings import BadSettings, load_settings
from app.terminal import run


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object instead of lines")] = False,
    port: Annotated[int | None, typer.Option(help="where the service serves, if it was started with --port")] = None,
    host: Annotated[str | None, typer.Option(help="the same for --host")] = None,
    tls: Annotated[bool | None, typer.Option("--tls", help="the same for --tls")] = None,
) -> None:
    """Say what is wrong and what to do: settings, disks, keys, database, desk, ledger, relay, spool, service, alarms.

    Starts nothing, changes nothing, takes 15 s at most. Exit 0: all well; 1: warnings; 2: something is wrong.
    """
    lines = _lines(port, host, tls)
    if as_json:
        typer.echo(words.json(lines))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for line in words.text(lines, width):
            typer.echo(line)
    raise typer.Exit(status(lines))


def _lines(port: int | None, host: str | None, tls: bool | None) -> list[Line]:
    try:
        found = load_settings(port=port, host=host, tls=tls)
    except BadSettings as error:
        return unusable(error)
    configure_logs(found.model_copy(update={"log_level": "error"}))  # the findings are what is to be read
    return run(examine(found))
