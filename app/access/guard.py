"""The guard of every route: a key with one of the roles the route names, or nothing."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

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
        header = request.headers.get("authorization", "")
        if header[:7].lower() != "bearer ":
            raise Problem(401, "no_key", "send your key as `Authorization: Bearer aux_...`")
        identity = await services_of(request).keys.identify(header[7:].strip())
        if identity is None:
            raise Problem(401, "unknown_key", "this key is not known, or was revoked")
        if identity.role not in roles:
            raise Problem(403, "wrong_role", f"this is for {', '.join(roles)}")
        return identity

    guard.roles = frozenset(roles)  # type: ignore[attr-defined]  # a test walks the routes and reads who may
    return guard


Psap = Annotated[Identity, Depends(allow(Role.PSAP, Role.DISPATCHER))]
TowerOrPsap = Annotated[Identity, Depends(allow(Role.TOWER, Role.PSAP, Role.DISPATCHER))]
Dispatcher = Annotated[Identity, Depends(allow(Role.DISPATCHER))]
Agent = Annotated[Identity, Depends(allow(Role.AGENT, Role.DISPATCHER))]
Anybody = Annotated[Identity, Depends(allow(*Role))]
