"""The guard of every route: a key with one of the roles the route names, or nothing."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import Request

from app.access.identity import Identity, Role
from app.problems import Problem
from app.services import Services


def services_of(request: Request) -> Services:
    """Return the process's parts."""
    services: Services = request.app.state.services
    return services


async def _parts(request: Request) -> Services:  # async: FastAPI sends any other dependency through a thread
    return services_of(request)


Parts = Annotated[Services, Depends(_parts)]


def allow(*roles: Role) -> Callable[[Request], Awaitable[Identity]]:
    """Return the dependency that lets only these roles in."""

    async def guard(request: Request) -> Identity:
        return await identify(request, services_of(request), roles)

    guard.roles = frozenset(roles)  # type: ignore[attr-defined]  # a test walks the routes and reads who may
    return guard


async def identify(request: Request, services: Services, roles: Sequence[Role]) -> Identity:
    """Return who asks. Raises Problem for nobody known, or somebody of another role."""
    header = request.headers.get("authorization", "")
    if header[:7].lower() != "bearer ":
        raise Problem(401, "no_key", "send your key as `Authorization: Bearer aux_...`")
    identity = await services.keys.identify(header[7:].strip())
    if identity is None:
        raise Problem(401, "unknown_key", "this key is not known, or was revoked")
    if identity.role not in roles:
        raise Problem(403, "wrong_role", f"this is for {', '.join(roles)}")
    return identity


CALLERS: Final = (Role.PSAP, Role.DISPATCHER)
ALERTERS: Final = (Role.TOWER, Role.PSAP, Role.DISPATCHER)
Psap = Annotated[Identity, Depends(allow(*CALLERS))]
TowerOrPsap = Annotated[Identity, Depends(allow(*ALERTERS))]
Dispatcher = Annotated[Identity, Depends(allow(Role.DISPATCHER))]
Agent = Annotated[Identity, Depends(allow(Role.AGENT, Role.DISPATCHER))]
Anybody = Annotated[Identity, Depends(allow(*Role))]
