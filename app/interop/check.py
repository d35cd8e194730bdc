"""What a file is, what of it is understood and what is not: the table of formats behind `auxilio interop check`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.interop.additional import read_additional
from app.interop.conveyance.messages import BadMessage, read_message
from app.interop.eido.read import read_eido
from app.interop.feeds import FEEDS
from app.interop.pidf.report import read_location
from app.interop.reading import Findings, Reading, Unusable, What
from app.interop.strangers import stranger

HEAD_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name: how to tell it by its bytes, and how to read it. The first that looks alike is taken."""

    name: str
    looks_alike: Callable[[bytes], bool]
    read: Callable[[bytes], Reading]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a file. `reading` is None when nothing of it can be used; `reason` says why."""

    format: str
    reading: Reading | None
    reason: str = ""


def check(raw: bytes) -> Verdict:
    """Return what a file is and what was made of it."""
    foreign = stranger(raw)
    if foreign is not None:
        return Verdict(foreign[0], None, f"not taken: {foreign[1]}")
    for each in FORMATS:
        if each.looks_alike(raw):
            try:
                return Verdict(each.name, each.read(raw))
            except Unusable as unusable:
                return Verdict(each.name, None, str(unusable))
    return Verdict("unknown", None, "none of the formats known here")


def lines(verdict: Verdict, *, values: bool = False) -> list[str]:
    """Return the verdict in words; with `values` also what was read, which may be personal."""
    if verdict.reading is None:
        return [f"format: {verdict.format}", f"unusable: {verdict.reason}"]
    reading = verdict.reading
    said = [f"format: {verdict.format}", f"is: {_named(reading)} ({reading.kind})"]
    said += [f"understood: {name}" for name in reading.understood]
    said += [f"not understood: {warning}" for warning in reading.warnings]
    if values:
        shown: dict[str, Any] = {"report": reading.report, "said": reading.said, "sealed": reading.private}
        said.append(json.dumps(shown, indent=2, ensure_ascii=False, default=str))
    return said


def _named(reading: Reading) -> str:
    """Return what a message is; of a tower's, whether anybody presses: most only say how the tower is."""
    if reading.what is What.ALERT and reading.report.get("type", "activation") != "activation":
        return f"a tower's own word: {reading.report['type']}"
    return str(reading.what)


def _keys(raw: bytes) -> set[str]:
    """Return the names of a JSON object, small letters; empty for anything else."""
    try:
        value = json.loads(raw[: 16 * HEAD_BYTES].decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return set()
    return {key.casefold() for key in value} if isinstance(value, dict) else set()


def _has(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda raw: any(mark in raw[:HEAD_BYTES] for mark in marks)


def _is_conveyance(raw: bytes) -> bool:
    names = {"subscribe", "subscriberesponse", "unsubscribe", "unsubscriberesponse", "eventresponse"}
    return bool(_keys(raw) & (names | {"terminate", "terminateresponse"}))


def _is_eido(raw: bytes) -> bool:
    keys = _keys(raw)
    return bool(keys & {"eidoversion", "eido", "incidentcomponent", "issuingelementidentification"}) or "event" in keys


def _is_additional(raw: bytes) -> bool:
    is_card = raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and b'"vcard"' in raw[:HEAD_BYTES]
    return is_card or _has(b":EmergencyCallData", b"urn:ietf:params:xml:ns:vcard-4.0")(raw)


def _read_conveyance(raw: bytes) -> Reading:
    """Name a conveyance message; it says nothing that is recorded."""
    name = next(iter(_keys(raw)))
    if name.endswith("response") and name not in ("eventresponse", "terminateresponse"):
        understood: tuple[str, ...] = (f"an answer of ours: {name}",)
    else:
        try:
            message = read_message(raw.decode("utf-8-sig", errors="replace"))
        except BadMessage as bad:
            raise Unusable(str(bad)) from None
        understood = (message.kind, *(f"{message.kind}.{field}" for field in message.fields))
    return Reading("EIDO conveyance", What.NOTHING, raw, understood=understood)


def _read_additional(raw: bytes) -> Reading:
    """Read additional data, which an EIDO carries; alone it reports nothing."""
    findings = Findings()
    found = read_additional(raw, findings)
    private = {"block": found.block, "values": found.values, "card": found.card}
    understood = (found.block, *found.values, *(f"card: {name}" for name in found.card))
    return Reading("additional data", What.NOTHING, raw, {}, (), private, understood, findings.warnings)


FORMATS: Final[list[Format]] = [
    Format("EIDO conveyance", _is_conveyance, _read_conveyance),
    Format("EIDO-JSON 1.0", _is_eido, read_eido),
    Format("PIDF-LO", _has(b'urn:ietf:params:xml:ns:pidf"', b"urn:ietf:params:xml:ns:pidf'"), read_location),
    Format(
        "additional data",
        _is_additional,
        _read_additional,
    ),
    *(Format(name, looks_alike, read) for name, looks_alike, read in FEEDS),
]
