"""From a PSAP's body to a command: what is personal is sealed, what was read out is resolved, nothing is refused."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from app.intake.lenient import Fields, Warnings, read_body
from app.intake.numbers import usable_number
from app.requests import Request
from app.sealing import Sealer
from app.signs import Signs
from dispatch.commands import ReportCall
from dispatch.entities import Party
from dispatch.status import Kind
from geo.place import DeviceFix, PlaceState, Resolution
from geo.point import Point

NEEDS: Final = frozenset({"medic", "water", "air", "rope", "boat", "k9", "atv", "horse"})
INTERPRETER: Final = re.compile(r"interp_[a-z]{2,3}")  # ISO 639 code of the language
TYPES: Final = ("SAR", "RESCUE", "EXPOSURE", "PERMISS", "WELFARE", "OTHER")
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47
PEOPLE_MAX: Final = 500
NEEDS_MAX: Final = 16


@dataclass(frozen=True, slots=True)
class Intake:
    """What reading a report needs from its surroundings."""

    sealer: Sealer
    signs: Signs
    shared_numbers: frozenset[str] = frozenset()
    number_region: str = "US"  # whose way of writing numbers a number without a country code is read in


def read_call(raw: bytes, psap: str, usual: tuple[str, ...], now: datetime, intake: Intake) -> tuple[Request, Warnings]:
    """Return the request for a call's body. Raises NothingReadable; anything else is taken, with warnings."""
    warnings = Warnings()
    return call_of(read_body(raw, warnings), raw, psap, usual, now, intake, warnings), warnings


def call_of(
    body: dict[str, Any],
    raw: bytes,
    psap: str,
    usual: tuple[str, ...],
    now: datetime,
    intake: Intake,
    warnings: Warnings,
    *,
    more: dict[str, Any] | None = None,
    content: bytes | None = None,
) -> Request:
    """Return the request for a call's fields, whatever format `raw` brought them in; it is sealed as it came.

    `more` is sealed beside it; `content` is what makes two sendings the same, the fields if it is not given.
    """
    fields = Fields(body, warnings)
    call_id = fields.text("call_id", chars_max=128)
    number = fields.text("callback_number", chars_max=64)
    said = fields.text("said")
    device = _device(fields.part("device"))
    sectors = _sectors(fields, usual, intake.signs)
    read_back = fields.flag("read_back") or False
    resolution = intake.signs.resolve(said, device, sectors, read_back=read_back)
    command: dict[str, Any] = {
        "psap": psap,
        "psap_call_id": call_id,
        "kind": Kind(fields.choice("kind", tuple(Kind), Kind.REAL)),
        "received_at": now,
        "occurred_at": fields.instant("occurred_at", now),
        "resolution": resolution,
        "registry_version": intake.signs.version,
        "language": _language(fields),
        "party": _party(fields.part("party")),
        "needs": _needs(fields),
        "type": fields.choice("type", TYPES, "SAR"),
        "priority": fields.whole("priority", 0, 10),
        "has_device": device is not None,
        "sector": sectors[0] if sectors else None,
    }
    private = {
        "callback_number": number,
        "name": fields.text("name", chars_max=512),
        "health": fields.text("health"),
        "said": said,
        "narrative": fields.text("narrative"),
        "device": device,
        **(more or {}),
    }
    fields.end()
    sealed = intake.sealer.seal_report("call", private, raw, now)
    digest = intake.sealer.digest("call", _canonical(body, raw) if content is None else content)
    report = ReportCall(sealed=str(sealed[0].id), digest=digest.hex(), warnings=warnings.kept(), **command)
    plain = usable_number(number, intake.shared_numbers, intake.number_region)
    caller_hash = intake.sealer.digest("number", plain.encode()) if plain else None
    return Request(report, by=psap, sealed=sealed, caller_hash=caller_hash)


def bare_request(raw: bytes, psap: str, now: datetime, intake: Intake, reason: str) -> Request:
    """Make of a body that broke the reader the least a distress report can be: its sealed original and an alarm."""
    sealed = intake.sealer.seal_report("call", {}, raw, now)
    report = ReportCall(
        psap=psap,
        psap_call_id=None,
        kind=Kind.REAL,
        received_at=now,
        sealed=str(sealed[0].id),
        digest=intake.sealer.digest("call", raw).hex(),
        resolution=Resolution(PlaceState.UNVERIFIED, (), "unreadable"),
        registry_version=intake.signs.version,
        unreadable=True,
        warnings=(f"body: {reason}",),
    )
    return Request(report, by=psap, sealed=sealed)


def _canonical(body: dict[str, Any], raw: bytes) -> bytes:
    """Return the body without white space and in sorted order, so that only content makes a difference."""
    try:
        return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):
        return raw


def _device(part: Fields | None) -> DeviceFix | None:
    if part is None:
        return None
    lat, lon = part.number("lat", -90, 90), part.number("lon", -180, 180)
    radius = part.number("radius_m", 0, 1_000_000)
    part.end()
    if lat is None or lon is None:
        return None
    if radius is None:
        part.warn("radius_m", "missing, 5 km assumed")
        radius = 5_000.0  # a fix without an uncertainty is treated like a cell site's
    return DeviceFix(Point(lat, lon), radius)


def _sectors(fields: Fields, usual: tuple[str, ...], signs: Signs) -> tuple[str, ...]:
    named = fields.text("sector", chars_max=16)
    if named is None:
        return usual
    for sector in signs.sector_ids:
        if sector.casefold() == named.casefold():
            return (sector, *(s for s in usual if s != sector))
    fields.warn("sector", "unknown sector")
    return usual


def _language(fields: Fields) -> str | None:
    language = fields.text("language", chars_max=35)
    if language is not None and not LANGUAGE.fullmatch(language):
        fields.warn("language", "not a BCP 47 tag")
        return None
    return language


def _party(part: Fields | None) -> Party:
    if part is None:
        return Party()
    party = Party(
        adults=part.whole("adults", 0, PEOPLE_MAX),
        children=part.whole("children", 0, PEOPLE_MAX),
        child_alone=part.flag("child_alone"),
        kept_together=part.flag("kept_together"),
    )
    part.end()
    return party


def _needs(fields: Fields) -> tuple[str, ...]:
    found = []
    for word in fields.words("needs"):
        code = word.casefold().replace("-", "_").replace(" ", "_")
        if code in NEEDS or INTERPRETER.fullmatch(code):
            found.append(code)
        else:
            fields.warn("needs", "unknown capability left out")
    if len(found) > NEEDS_MAX:
        fields.warn("needs", f"more than {NEEDS_MAX}")
    return tuple(found[:NEEDS_MAX])
