"""`auxilio people`: invitations, who has an account, whose sessions are open."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn

import typer

from app.access.identity import Role
from app.access.people import shell as people
from app.access.people.accounts import LastAdministrator, LoginTaken
from app.access.people.person import ROLES
from app.engines import engines
from app.settings import Settings

Login = Annotated[str, typer.Argument(help="what they type to sign in")]


def people_commands(
    settings: Callable[..., Settings], run: Callable[..., Any], fail: Callable[[str], NoReturn]
) -> typer.Typer:
    """Return the commands, which run as the others do."""
    commands = typer.Typer(no_args_is_help=True, help="People with an account of their own.")

    def at_the_store(work: Callable[[people.Shell], Awaitable[Any]]) -> Any:
        found = settings()

        async def working() -> Any:
            async with engines(found) as urls, people.shell(found, urls) as at:
                return await work(at)

        try:
            return run(working())
        except people.Unknown as error:
            fail(str(error))
        except LoginTaken:
            fail("somebody has this login")
        except LastAdministrator:
            fail("nobody would be left who lets others in; invite another administrator first")

    @commands.command()
    def invite(
        login: Login,
        role: Annotated[Role, typer.Option(help="dispatcher, supervisor, administrator or auditor")],
        name: Annotated[str, typer.Option(help="who it is; stands in no history")],
        sector: Annotated[list[str] | None, typer.Option(help="only these sectors; repeatable")] = None,
        url: Annotated[str | None, typer.Option(help="where they will open it: https://dispatch.example.org")] = None,
    ) -> None:
        """Make a one-time link and show it once. For a login that exists: its old ways in go when the link is used."""
        if role not in ROLES:
            fail(f"people are {', '.join(ROLES)}; a {role} has a key (auxilio keys create)")
        found = settings()
        here = url or f"{'https' if found.tls else 'http'}://localhost:{found.port}"
        typer.echo(at_the_store(lambda at: people.invite(at, here, login, name, role, tuple(sector or ()))))

    @commands.command("list")
    def list_people() -> None:
        """List everybody who has, had or is invited to an account."""
        for line in at_the_store(people.people_lines):
            typer.echo(line)

    @commands.command()
    def disable(login: Login) -> None:
        """Let somebody in no more; their open screens close within 5 s."""
        ended = at_the_store(lambda at: people.set_disabled(at, login, disabled=True))
        typer.echo(f"disabled; {ended} sessions ended")

    @commands.command()
    def enable(login: Login) -> None:
        """Let somebody in again."""
        at_the_store(lambda at: people.set_disabled(at, login, disabled=False))
        typer.echo("enabled")

    @commands.command()
    def sessions(login: Login) -> None:
        """List somebody's open sessions."""
        for line in at_the_store(lambda at: people.session_lines(at, login)):
            typer.echo(line)

    @commands.command("end-sessions")
    def end_sessions(login: Login) -> None:
        """End all of somebody's sessions."""

        async def work(at: people.Shell) -> int:
            return await at.sessions.end_all((await at.find(login)).id, datetime.now(UTC))

        typer.echo(f"{at_the_store(work)} sessions ended")

    return commands
