"""The guard of every route: a key with one of the roles the route names, or nothing."""

from base64 import b64decode
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


IN_URL: Final = (Role.TOWER, Role.TRACKER)  # addresses get logged on their way; these keys can only report


def key_of(header: str) -> str | None:
    """Return the key of an Authorization header: as a bearer token, or as the password of whatever user (Basic)."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return b64decode(value.strip(), validate=True).decode("ascii").partition(":")[2]
        except ValueError:
            return ""
    return None


def allow(*roles: Role, in_url: tuple[str, ...] = ()) -> Callable[[Request], Awaitable[Identity]]:
    """Return the dependency that lets only these roles in.

    `in_url` names query parameters that may hold the key where the sender cannot send a header: satellite networks'
    webhooks, phone apps. There only keys are taken that can do nothing but report.
    """

    async def guard(request: Request) -> Identity:
        return await identify(request, services_of(request), roles, in_url)

    guard.roles = frozenset(roles)  # type: ignore[attr-defined]  # a test walks the routes and reads who may
    return guard


async def identify(request: Request, services: Services, roles: Sequence[Role], in_url: Sequence[str] = ()) -> Identity:
    """Return who asks. Raises Problem for nobody known, or somebody of another role."""
    key = key_of(request.headers.get("authorization", ""))
    in_header = key is not None
    if key is None and in_url:
        key = next((request.query_params[name] for name in in_url if name in request.query_params), None)
    if key is None:
        raise Problem(401, "no_key", "send your key as `Authorization: Bearer aux_...`")
    identity = await services.keys.identify(key)
    if identity is None:
        raise Problem(401, "unknown_key", "this key is not known, or was revoked")
    if identity.role not in roles or not (in_header or identity.role in IN_URL):
        raise Problem(403, "wrong_role", f"this is for {', '.join(roles)}")
    return identity


CALLERS: Final = (Role.PSAP, Role.DISPATCHER)
ALERTERS: Final = (Role.TOWER, Role.PSAP, Role.DISPATCHER)
Psap = Annotated[Identity, Depends(allow(*CALLERS))]
TowerOrPsap = Annotated[Identity, Depends(allow(*ALERTERS))]
Dispatcher = Annotated[Identity, Depends(allow(Role.DISPATCHER))]
Agent = Annotated[Identity, Depends(allow(Role.AGENT, Role.DISPATCHER))]
Anybody = Annotated[Identity, Depends(allow(*(role for role in Role if role is not Role.TRACKER)))]
Tracker = Annotated[Identity, Depends(allow(Role.TRACKER, Role.AGENT, in_url=("key", "id", "deviceid")))]
TowerNetwork = Annotated[Identity, Depends(allow(Role.TOWER, Role.PSAP, Role.DISPATCHER, in_url=("key",)))]
