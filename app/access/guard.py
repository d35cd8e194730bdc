"""The guard of every route: somebody whom the policy lets do what the route is, or nothing."""

from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import Request

from app.access.front import source_of
from app.access.identity import Identity, Role
from app.access.people.cookie import cookie_of
from app.access.people.entrance import enter
from app.access.policy import FOR_SESSIONS, Action, Reach, reach_of, roles_for
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


def allow(action: Action, in_url: tuple[str, ...] = ()) -> Callable[[Request], Awaitable[Identity]]:
    """Return the dependency that lets in whom the policy lets do this.

    `in_url` names query parameters that may hold the key where the sender cannot send a header: satellite networks'
    webhooks, phone apps. There only keys are taken that can do nothing but report.
    """

    async def guard(request: Request) -> Identity:
        return await identify(request, services_of(request), action, in_url)

    guard.action = action  # type: ignore[attr-defined]  # a test walks the routes and reads what each is
    return guard


async def identify(request: Request, services: Services, action: Action, in_url: Sequence[str] = ()) -> Identity:
    """Return who asks. Raises Problem for nobody known, somebody of another role, or somebody who asks too often."""
    key = key_of(request.headers.get("authorization", ""))
    in_header = key is not None
    if key is None and in_url:
        key = next((request.query_params[name] for name in in_url if name in request.query_params), None)
    cookie = cookie_of(request) if key is None else None
    if cookie is not None:
        identity = await enter(request, services, action, cookie)
    else:
        identity = await _by_key(request, services, key)
    reach = reach_of(identity.role, action)
    if reach is None or not (in_header or cookie is not None or identity.role in IN_URL):
        raise Problem(403, "wrong_role", f"this is for {', '.join(sorted(roles_for(action)))}")
    if reach is Reach.REGION and identity.sectors:
        raise Problem(403, "wrong_role", "this is for who has the whole region")
    if cookie is None and action in FOR_SESSIONS:
        raise Problem(403, "no_session", "this is for people who have signed in, not for keys")
    services.limits.spend(identity.key_id, action)
    return identity


async def _by_key(request: Request, services: Services, key: str | None) -> Identity:
    """Return whose key this is; a wrong one is counted against the address it came from. Raises Problem."""
    identity = await services.keys.identify(key) if key is not None else None
    if identity is not None:
        return identity
    services.limits.refuse_stranger(source_of(request, services.settings.trusted_proxies))
    if key is None:
        raise Problem(401, "no_key", "send your key as `Authorization: Bearer aux_...`")
    raise Problem(401, "unknown_key", "this key is not known, or was revoked")


MayReportCalls = Annotated[Identity, Depends(allow(Action.REPORT_CALL))]
MayReportAlerts = Annotated[Identity, Depends(allow(Action.REPORT_ALERT))]
MayReportFromNetworks = Annotated[Identity, Depends(allow(Action.REPORT_ALERT, in_url=("key",)))]
MayReportPositions = Annotated[Identity, Depends(allow(Action.REPORT_POSITION, in_url=("key", "id", "deviceid")))]
MayReportWeather = Annotated[Identity, Depends(allow(Action.REPORT_WEATHER))]
MayResolve = Annotated[Identity, Depends(allow(Action.RESOLVE))]
MayLookUpSigns = Annotated[Identity, Depends(allow(Action.LOOK_UP_SIGN))]
MayIntroduceOneself = Annotated[Identity, Depends(allow(Action.INTRODUCE_ONESELF))]
MayWatch = Annotated[Identity, Depends(allow(Action.WATCH))]
MayFollow = Annotated[Identity, Depends(allow(Action.FOLLOW))]
MaySeeIncidents = Annotated[Identity, Depends(allow(Action.SEE_INCIDENT))]
MayHandle = Annotated[Identity, Depends(allow(Action.HANDLE_INCIDENT))]
MayHandleAlarms = Annotated[Identity, Depends(allow(Action.HANDLE_ALARM))]
MayOpenPrivate = Annotated[Identity, Depends(allow(Action.OPEN_PRIVATE))]
MaySeeUnits = Annotated[Identity, Depends(allow(Action.SEE_UNIT))]
MayActInField = Annotated[Identity, Depends(allow(Action.ACT_IN_FIELD))]
MaySetModes = Annotated[Identity, Depends(allow(Action.SET_MODE))]
MaySeeTowers = Annotated[Identity, Depends(allow(Action.SEE_TOWERS))]
MayBindDevices = Annotated[Identity, Depends(allow(Action.BIND_DEVICE))]
MaySeeDeliveries = Annotated[Identity, Depends(allow(Action.SEE_DELIVERIES))]
MayManageWebhooks = Annotated[Identity, Depends(allow(Action.MANAGE_WEBHOOKS))]
MayShare = Annotated[Identity, Depends(allow(Action.SHARE_INCIDENT))]
MayManageZones = Annotated[Identity, Depends(allow(Action.MANAGE_ZONES))]
MayUseAccount = Annotated[Identity, Depends(allow(Action.USE_ACCOUNT))]
MayChangeAccount = Annotated[Identity, Depends(allow(Action.CHANGE_ACCOUNT))]
MaySeePeople = Annotated[Identity, Depends(allow(Action.SEE_PEOPLE))]
MayManagePeople = Annotated[Identity, Depends(allow(Action.MANAGE_PEOPLE))]
MayHoldPrivate = Annotated[Identity, Depends(allow(Action.HOLD_PRIVATE))]
MaySeeHolds = Annotated[Identity, Depends(allow(Action.SEE_HOLDS))]
MayAudit = Annotated[Identity, Depends(allow(Action.AUDIT))]
MayExportCounts = Annotated[Identity, Depends(allow(Action.EXPORT_COUNTS))]
MayExportIncidents = Annotated[Identity, Depends(allow(Action.EXPORT_INCIDENTS))]
