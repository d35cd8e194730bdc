"""A distress report as the spool holds it: sealed whole on disk, with the public line of it that consoles see."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag

from app.link.wire import Ask, ask_of, request_of
from app.requests import Request
from app.sealing import SealedValue, Sealer
from dispatch.commands import RaiseMayday, ReportAlert, ReportCall
from dispatch.entities import Place
from dispatch.rules.places import place_of
from dispatch.status import Kind

SEALED_AS: Final = "report"
_ASK: Final = msgspec.msgpack.Decoder(Ask)
_SEALED: Final = msgspec.msgpack.Decoder(SealedValue)

CallKey = tuple[str, str]  # a PSAP and its own id of a call


class Unreadable(Exception):
    """A report of the spool that this process cannot read: tampered with, of another version, or its key is gone."""


class Line(msgspec.Struct, frozen=True):
    """What everybody at a console may see of a report: where, when, what is needed; nothing of the person."""

    id: UUID
    what: str
    at: datetime
    kind: Kind
    sender: str
    sector: str | None
    place: Place | None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Twin:
    """What makes two reports the same: the sender's own id and the content; without one, our command's id."""

    name: tuple[str, ...]
    content: str


def line_of(request: Request) -> Line:
    """Return the public line of a distress report. Raises TypeError for any other request."""
    match request.command:
        case ReportCall() as call:
            place = place_of(call.resolution.state, call.resolution.candidates)
            sector = (place.sector if place else None) or call.sector
            return Line(request.id, "call", call.received_at, call.kind, call.psap, sector, place, call.needs)
        case ReportAlert() as alert:
            sector = alert.place.sector if alert.place else None
            return Line(request.id, "alert", alert.occurred_at, alert.kind, alert.tower_id, sector, alert.place)
        case RaiseMayday() as mayday:
            return Line(request.id, "mayday", mayday.occurred_at, Kind.REAL, mayday.unit_id, None, None)
        case other:
            raise TypeError(f"{type(other).__name__} is no distress report")


def twin_of(request: Request) -> Twin:
    """Return what tells this report sent again from another one."""
    match request.command:
        case ReportCall(psap=psap, psap_call_id=str(call_id)) as call:
            return Twin(("call", psap, call_id), call.digest)
        case ReportAlert(source_id=str(source_id)) as alert:
            return Twin(("alert", alert.tower_id, source_id), alert.kind.value)
        case _:
            return Twin(("id", str(request.id)), request.digest.hex() if request.digest else "")


def call_key(request: Request) -> CallKey | None:
    """Return whose call it is about, where its sender has named it."""
    match request.command:
        case ReportCall(psap=psap, psap_call_id=str(call_id)):
            return psap, call_id
        case _:
            return None


def sealed_bytes(request: Request, sealer: Sealer, at: datetime) -> bytes:
    """Return the whole request for the disk; not one byte of it can be read without the key file."""
    return msgspec.msgpack.encode(sealer.seal(SEALED_AS, msgspec.msgpack.encode(ask_of(request)), at))


def unsealed(body: bytes, sealer: Sealer) -> Request:
    """Return the request. Raises Unreadable."""
    try:
        opened: Any = sealer.open(_SEALED.decode(body))
        return request_of(_ASK.decode(b64decode(opened)))
    except (msgspec.MsgspecError, InvalidTag, KeyError, TypeError, ValueError) as error:
        raise Unreadable(type(error).__name__) from None
