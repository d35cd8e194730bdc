"""The guard of every route: somebody whom the policy lets do what the route is, or nothing."""

from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection, Request

from app.access.devices.enrolled import TOKEN_PREFIX
from app.access.front import certificate_of, source_of
from app.access.identity import Identity
from app.access.keys import Key
from app.access.people.cookie import cookie_of
from app.access.people.entrance import enter
from app.access.policy import FOR_SESSIONS, Action, Reach, may, reach_of, roles_for
from app.access.signing.claim import BadSignature
from app.access.signing.signed import Read
from app.problems import Problem
from app.services import Services


def services_of(request: Request) -> Services:
    """Return the process's parts."""
    services: Services = request.app.state.services
    return services


async def _parts(request: Request) -> Services:  # async: FastAPI sends any other dependency through a thread
    return services_of(request)


Parts = Annotated[Services, Depends(_parts)]


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
    webhooks, phone apps. There only keys are taken that were made for addresses, and can report for one device.
    """

    async def guard(request: Request) -> Identity:
        return await identify(request, services_of(request), action, in_url)

    guard.action = action  # type: ignore[attr-defined]  # a test walks the routes and reads what each is
    return guard


async def identify(request: Request, services: Services, action: Action, in_url: Sequence[str] = ()) -> Identity:
    """Return who asks. Raises Problem for nobody known, somebody who may not, or somebody who asks too often."""
    try:
        identity, by_session = await _somebody(request, services, action, in_url)
    except Problem as problem:
        if problem.status == 401:
            services.limits.refuse_stranger(source_of(request, services.settings.trusted_proxies))
        raise
    if not may(identity, action):
        raise Problem(403, "wrong_role", f"this is for {', '.join(sorted(roles_for(action)))}")
    if reach_of(identity.role, action) is Reach.REGION and identity.sectors:
        raise Problem(403, "wrong_role", "this is for who has the whole region")
    if identity.device is not None and not in_url:
        raise Problem(403, "wrong_device", "this key reports what one device's network delivers, and nothing else")
    if not by_session and action in FOR_SESSIONS:
        raise Problem(403, "no_session", "this is for people who have signed in, not for keys")
    services.limits.spend(identity.key_id, action)
    return identity


async def _somebody(
    request: Request, services: Services, action: Action, in_url: Sequence[str]
) -> tuple[Identity, bool]:
    """Return who asks, and whether by a session. Raises Problem for nobody."""
    identity = await known(request, services, request.body, in_url)
    if identity is not None:
        return identity, False
    cookie = cookie_of(request)
    if cookie is None:
        raise Problem(401, "no_key", "send your key as `Authorization: Bearer aux_...`")
    return await enter(request, services, action, cookie), True


async def known(
    connection: HTTPConnection, services: Services, read: Read, in_url: Sequence[str] = ()
) -> Identity | None:
    """Return whose request or handshake it is, whatever they may do; None for one that names nobody.

    Raises Problem 401 for a key, token or signature that is no good, 403 for a key that stands in the wrong place.
    """
    now = services.clock.now()
    try:
        signer = await services.signatures.signer(connection, read, now)
    except BadSignature as error:
        raise Problem(401, "bad_signature", str(error)) from None
    if signer is not None:
        return _with_proofs(signer, connection, services, is_signed=True)
    text = key_of(connection.headers.get("authorization", ""))
    in_header = text is not None
    if text is None:
        text = next((connection.query_params[name] for name in in_url if name in connection.query_params), None)
    if text is None:
        return None
    if in_header and text.startswith(TOKEN_PREFIX):
        return await _by_token(text, services)
    key = await services.keys.by_text(text)
    if key is None:
        raise Problem(401, "unknown_key", "this key is not known, or was revoked")
    if not in_header and not (key.in_url and services.settings.url_keys):
        raise Problem(
            403, "not_in_address", "this key may not stand in an address: send it in a header, or as a password"
        )
    return _with_proofs(key, connection, services, is_signed=False)


async def _by_token(text: str, services: Services) -> Identity:
    identity = await services.enrolled.by_token(text)
    if identity is None:
        raise Problem(401, "unknown_key", "this token is over, or its device was taken off: sign a nonce again")
    return identity


def _with_proofs(key: Key, connection: HTTPConnection, services: Services, *, is_signed: bool) -> Identity:
    """Return whose key it is if what must be proved beside it was. Raises Problem."""
    if key.must_sign and not is_signed:
        raise Problem(401, "signature_required", "requests with this key must be signed: see docs/keys.md")
    if key.certificate is not None and certificate_of(connection, services.settings.trusted_proxies) != key.certificate:
        raise Problem(401, "certificate_required", "this key is good with its client certificate only")
    services.keys.usage.note(key.identity.key_id, services.clock.now())
    return key.identity


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
MayManageDevices = Annotated[Identity, Depends(allow(Action.MANAGE_DEVICES))]
MayManageKeys = Annotated[Identity, Depends(allow(Action.MANAGE_KEYS))]
