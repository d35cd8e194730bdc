"""What every command shares: settings, running to the end, faults in words."""

import logging
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import typer
import uvloop

from app.embedded.errors import EmbeddedError
from app.settings import BadSettings, Settings, load_settings
from app.store.ledger import NoLedger
from app.store.pool import NotDurable
from geo.registry_rows import UnreadableRows

T = TypeVar("T")


def fail(message: str, status: int = 1) -> NoReturn:
    """End with a message in words."""
    typer.secho(message, fg=typer.colors.RED, err=True)
    raise typer.Exit(status)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, with what an operator can mend said in words."""
    try:
        return uvloop.run(work)
    except (BadSettings, EmbeddedError, NotDurable, NoLedger, UnreadableRows, OSError) as error:
        fail(f"{type(error).__name__}: {error}", 2)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def settings(**given: Any) -> Settings:
    try:
        found = load_settings(**given)
    except BadSettings as error:
        fail(f"settings refused:\n{error}", 2)
    logging.basicConfig(
        level=found.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    return found
