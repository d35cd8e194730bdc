"""Agents' devices: codes to enrol them, their own way in, the list of them, and taking one off."""

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from app.access.devices.codes import CODE_LIFE, make_code
from app.access.devices.enrolled import NONCE_S, KeyInUse
from app.access.failures import Failures
from app.access.guard import MayManageDevices, Parts
from app.access.identity import Identity, Role
from app.access.invitation import enrolment_url, qr_svg
from app.access.signing.secret import BadPublicKey, plain_key
from app.codec import to_json
from app.problems import Problem
from app.routes import examples
from app.routes.admission_bodies import CodeBody, EnrolBody, SignedNonceBody
from app.services import Services
from app.store.pool import fetch

router = APIRouter(prefix="/v1/devices", tags=["devices"], responses=examples.ERRORS)
DeviceId = Annotated[str, Path(pattern=r"^[0-9a-f]{1,32}$")]
# A person mistypes three times; a code has 2 to the 50th chances and a quarter of an hour.
BAD_CODES = Failures(most=20)
THROTTLED: Final[dict[int | str, dict[str, Any]]] = {
    429: {"description": "too many codes that were none", "content": {"application/problem+json": {}}}
}
NOT_THIS_DEVICE: Final = "this proves nothing: take a new nonce; if that does not help, the device was taken off"


@router.get("")
async def list_devices(services: Parts, identity: MayManageDevices) -> Response:
    """Return the devices of the units you may see, with when each was last used; never what they sign with."""
    rows = await fetch(services.pool, "list_devices", services.settings.region)
    return _json([dict(row) for row in rows if _is_mine(services, identity, row["unit_id"])])


@router.post("/codes", status_code=201)
async def make_enrolment_code(
    body: CodeBody, request: Request, services: Parts, identity: MayManageDevices
) -> Response:
    """Make a one-time code for a unit's device, with the address and the QR code that lead a phone there."""
    if not _is_mine(services, identity, body.unit_id):
        raise Problem(404, "not_found", "no such unit", field="unit_id")
    made = await make_code(
        services.pool, services.settings.region, services.sealer, body.unit_id, body.label,
        by=identity.name, now=services.clock.now(),
    )  # fmt: skip
    url = enrolment_url(own_address(request, services), made.text)
    shown = {"code": made.text, "unit_id": made.unit_id, "url": url, "qr": qr_svg(url)}
    return _json(shown | {"seconds": CODE_LIFE.total_seconds()}, 201)


@router.post("/enrolments", status_code=201, responses=THROTTLED)
async def enrol(body: EnrolBody, request: Request, services: Parts) -> Response:
    """Enrol a device with its code: its public key is kept, and it signs nonces from then on. Open: a code is asked."""
    source = request.client.host if request.client is not None else ""
    if BAD_CODES.are_too_many(source):
        raise Problem(429, "too_many", "too many codes that were none came from there: wait a minute")
    try:
        public_key = plain_key(_bytes(body.public_key, "public_key"))
    except BadPublicKey as error:
        raise Problem(422, "invalid", str(error), field="public_key") from None
    try:
        device = await services.enrolled.enrol(body.code, public_key)
    except KeyInUse:
        raise Problem(422, "invalid", "in use: make a new pair for each enrolment", field="public_key") from None
    if device is None:
        BAD_CODES.note(source)
        raise Problem(401, "bad_code", "no such code: mistyped, used, or over", field="code")
    return _json({"device_id": device.id, "unit_id": device.unit_id, "label": device.label}, 201)


@router.post("/nonces", status_code=201)
async def give_nonce(services: Parts) -> Response:
    """Return something for a device to sign, good once and for a minute. Open: it says nothing of anybody."""
    return _json({"nonce": services.enrolled.nonce(), "seconds": NONCE_S}, 201)


@router.post("/{device_id}/tokens", status_code=201)
async def give_token(device_id: DeviceId, body: SignedNonceBody, services: Parts) -> Response:
    """Return a token of five minutes for a nonce the device signed. Open: the signature is the proof."""
    signature = _bytes(body.signature, "signature")
    token = await services.enrolled.grant(device_id, body.nonce, signature)
    if token is None:
        raise Problem(401, "not_this_device", NOT_THIS_DEVICE)
    shown = {"token": token.text, "seconds": token.seconds, "unit_id": token.unit_id, "sector": token.sector}
    return _json(shown, 201)


@router.delete("/{device_id}", status_code=204)
async def revoke(device_id: DeviceId, services: Parts, identity: MayManageDevices) -> Response:
    """Take a device off: its tokens are refused at once, its sockets closed within seconds, in every process."""
    rows = await fetch(services.pool, "find_device_unit", services.settings.region, device_id)
    mine = rows and _is_mine(services, identity, rows[0]["unit_id"])
    if not mine or not await services.enrolled.revoke(device_id, identity.name):
        raise Problem(404, "not_found", "no such device", field="device_id")
    return Response(status_code=204)


def own_address(request: Request, services: Services) -> str:
    """Return the address clients reach this service by: as the operator says, else as this request did."""
    settings = services.settings
    if settings.public_url is not None:
        return settings.public_url
    return f"{'https' if settings.tls else request.url.scheme}://{request.headers.get('host', '')}"


def _is_mine(services: Services, identity: Identity, unit_id: str) -> bool:
    if identity.role is Role.ADMINISTRATOR:
        return unit_id in services.view.board.units
    return services.view.may_see("units", unit_id, identity.topics())


def _bytes(text: str, field: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except NotBase64:
        raise Problem(422, "invalid", "not base64", field=field) from None


def _json(value: object, status: int = 200) -> Response:
    return Response(to_json(value), status, media_type="application/json")
