"""Keys, for an administrator: who has one, making one, its successor, its end."""

from base64 import b64decode
from binascii import Error as NotBase64
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from app.access.guard import MayManageKeys, Parts
from app.access.identity import Role
from app.access.keys import Terms, TwoLive, add_key, revoke_key, rotate_key
from app.access.signing.secret import BadPublicKey, plain_key, shown, signing_secret
from app.access.terms import BadTerms, check_terms
from app.codec import to_json
from app.problems import Problem
from app.routes import examples
from app.routes.admission_bodies import KeyBody, RotateBody
from app.services import Services
from app.store.pool import fetch

router = APIRouter(prefix="/v1/keys", tags=["keys"], responses=examples.ERRORS)
KeyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,64}$")]
TWO_LIVE = "this holder has two keys that live: revoke one first"


@router.get("")
async def list_keys(services: Parts, _: MayManageKeys) -> Response:
    """Return the keys that live and those that ended lately: whose, what for, last used; never the keys themselves."""
    rows = await fetch(services.pool, "list_keys", services.settings.region)
    return _json([dict(row) for row in rows])


@router.post("", status_code=201)
async def make_key(body: KeyBody, services: Parts, _: MayManageKeys) -> Response:
    """Make a key. The answer holds it, and what it signs with, and is the only one that ever does."""
    terms = _terms(body, services)
    try:
        made = await add_key(services.pool, services.settings.region, terms)
    except TwoLive:
        raise Problem(409, "not_allowed_now", TWO_LIVE, field="name", allowed=("revoke",)) from None
    return _made(services, made, has_public_key=terms.public_key is not None)


@router.post("/{key_id}/rotate", status_code=201)
async def rotate(key_id: KeyId, body: RotateBody, services: Parts, _: MayManageKeys) -> Response:
    """Make a key's successor on the same terms; both live until the old one is revoked or its overlap is over."""
    overlap = timedelta(hours=body.overlap_hours)
    region = services.settings.region
    try:
        made = await rotate_key(services.pool, region, key_id, services.clock.now(), overlap)
    except TwoLive:
        raise Problem(409, "not_allowed_now", TWO_LIVE, field="key_id", allowed=("revoke",)) from None
    if made is None:
        raise Problem(404, "not_found", "no such key that lives", field="key_id")
    key = await services.keys.by_id(made[0])
    return _made(services, made, has_public_key=key is not None and key.public_key is not None)


@router.delete("/{key_id}", status_code=204)
async def revoke(key_id: KeyId, services: Parts, _: MayManageKeys) -> Response:
    """End a key: refused at once, its sockets closed within seconds, in every process."""
    gone = await revoke_key(services.pool, services.settings.region, key_id)
    services.keys.forget(key_id)
    if not gone:
        raise Problem(404, "not_found", "no such key that lives", field="key_id")
    return Response(status_code=204)


def _terms(body: KeyBody, services: Services) -> Terms:
    public_key = None
    if body.public_key is not None:
        try:
            public_key = plain_key(b64decode(body.public_key, validate=True))
        except (NotBase64, BadPublicKey) as error:
            raise Problem(422, "invalid", str(error), field="public_key") from None
    terms = Terms(
        role=Role(body.role),
        name=body.name,
        sectors=tuple(body.sectors),
        unit_id=body.unit_id,
        scopes=tuple(body.scopes) if body.scopes is not None else None,
        must_sign=body.must_sign,
        public_key=public_key,
        certificate=body.certificate,
        in_url=body.in_url,
        device=body.device,
        expires_at=services.clock.now() + timedelta(days=body.days) if body.days is not None else None,
    )
    try:
        check_terms(terms)
    except BadTerms as error:
        raise Problem(422, "invalid", error.reason, field=error.field) from None
    if any(sector not in services.view.board.sectors for sector in terms.sectors):
        raise Problem(422, "invalid", "no such sector", field="sectors")
    return terms


def _made(services: Services, made: tuple[str, str], *, has_public_key: bool) -> Response:
    key_id, text = made
    secret = None if has_public_key else shown(signing_secret(services.sealer, key_id))
    body: dict[str, Any] = {"key_id": key_id, "key": text, "signing_secret": secret}
    return _json(body, 201)


def _json(value: object, status: int = 200) -> Response:
    return Response(to_json(value), status, media_type="application/json")
