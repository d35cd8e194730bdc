"""What every command of the command line shares: its settings, running to the end, and ending in words."""

from collections.abc import Coroutine
from typing import Any, Final, NoReturn, TypeVar

import asyncpg
import typer
import uvloop

from app.embedded.errors import EmbeddedError
from app.logs import configure_logs
from app.settings import BadSettings, Settings, load_settings
from app.store.ledger import NoLedger
from app.store.pool import NotDurable
from app.store.roles import RolesRefused
from geo.registry_rows import UnreadableRows

T = TypeVar("T")
CANNOT_USE: Final = (
    asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError, asyncpg.TooManyConnectionsError,
)  # fmt: skip


def fail(message: str, status: int = 1) -> NoReturn:
    """End with a message in words."""
    typer.secho(message, fg=typer.colors.RED, err=True)
    raise typer.Exit(status)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, with what an operator can mend said in words."""
    try:
        return uvloop.run(work)
    except NoLedger as none:
        fail(f"Nothing to read: {none}. Is AUXILIO_REGION, AUXILIO_DATA_DIR or DATABASE_URL the right one?", 2)
    except (BadSettings, EmbeddedError, NotDurable, RolesRefused, UnreadableRows, OSError) as error:
        fail(f"{type(error).__name__}: {error}", 2)
    except asyncpg.UndefinedTableError:
        fail(
            "The database is empty: no service has ever run on it. Is AUXILIO_DATA_DIR or DATABASE_URL the right one?",
            2,
        )
    except CANNOT_USE as error:
        fail(f"PostgreSQL cannot be used ({type(error).__name__}); `auxilio doctor` says what to do", 2)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def settings(**given: Any) -> Settings:
    try:
        found = load_settings(**given)
    except BadSettings as error:
        fail(f"settings refused:\n{error}", 2)
    configure_logs(found)
    return found
