"""Reading CAP 1.1 and 1.2, whatever it is wrapped in. Signatures are not checked: the sender's key is who it is."""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from app.interop import xml
from app.interop.cap.message import CapAlert, CapInfo
from app.interop.hazard import shapes
from app.interop.reading import Findings, Unusable
from dispatch.status import Kind

KINDS: Final = {"Actual": Kind.REAL, "Exercise": Kind.EXERCISE, "Test": Kind.TEST}
STATUSES: Final = (*KINDS, "System", "Draft")
TYPES: Final = ("Alert", "Update", "Cancel", "Ack", "Error")
ASKING: Final = frozenset({"Alert", "Update", "Cancel"})
LEVELS: Final = {
    "severity": ("Extreme", "Severe", "Moderate", "Minor"),
    "urgency": ("Immediate", "Expected", "Future", "Past"),
    "certainty": ("Observed", "Likely", "Possible", "Unlikely"),
}
ALERTS_MAX: Final = 50  # of one document
INFOS_MAX: Final = 20
AREAS_MAX: Final = 100
PARAMETERS_MAX: Final = 100
ID_CHARS_MAX: Final = 200
# The graver word of the envelope and the message counts: an exercise in an actual envelope is an exercise.
CAUTION: Final = {None: 0, Kind.REAL: 1, Kind.EXERCISE: 2, Kind.TEST: 3}


def read_cap(raw: bytes) -> tuple[list[CapAlert], Findings]:
    """Return the messages of a document: an alert, EDXL-DE or an Atom feed with alerts inside. Raises Unusable."""
    findings = Findings()
    root = xml.parse(raw, findings)
    found = [read for element, kind in _alerts(root, findings) if (read := _alert(element, kind, findings)) is not None]
    if not found and xml.local(root) not in ("feed", "rss", "EDXLDistribution"):
        raise Unusable("no CAP alert with an identifier", "alert")
    if not found:
        findings.warn(xml.local(root), "holds no CAP alert itself; fetch what it links to")
    return found[:ALERTS_MAX], findings


def _alerts(root: etree._Element, findings: Findings) -> Iterator[tuple[etree._Element, Kind | None]]:
    """Find the alerts and what their envelope says of being real."""
    name = xml.local(root)
    if name == "alert":
        yield root, None
    elif name == "EDXLDistribution":
        status = xml.text(xml.child(root, "distributionStatus"))
        findings.take("EDXL-DE")
        for content in xml.children(root, "contentObject")[:ALERTS_MAX]:
            for alert in _content(content, findings):
                yield alert, KINDS.get(status)
    elif name == "feed":
        findings.take("an Atom feed")
        for entry in xml.children(root, "entry")[:ALERTS_MAX]:
            inner = xml.find(entry, "content", "alert")
            if inner is not None:
                yield inner, None
        for outside in xml.children(root, "alert")[:ALERTS_MAX]:
            findings.warn("feed", "an alert that stands in no entry, taken all the same")
            yield outside, None
    elif name == "rss":
        findings.take("an RSS feed")


def _content(content: etree._Element, findings: Findings) -> Iterator[etree._Element]:
    """Return the alerts of a content object: embedded as XML, or as a file in base64."""
    embedded = xml.child(content, "xmlContent")
    for holder in xml.children(embedded, "embeddedXMLContent") if embedded is not None else ():
        yield from xml.children(holder, "alert")
    other = xml.find(content, "nonXMLContent", "contentData")
    if other is not None:
        try:
            inner = xml.parse(b64decode("".join((other.text or "").split()), validate=True), findings, "contentData")
        except (binascii.Error, ValueError, Unusable):
            findings.warn("contentData", "no CAP alert in it")
        else:
            if xml.local(inner) == "alert":
                yield inner


def _alert(element: etree._Element, envelope: Kind | None, findings: Findings) -> CapAlert | None:
    identifier = xml.text(xml.child(element, "identifier"), ID_CHARS_MAX)
    sender = xml.text(xml.child(element, "sender"), ID_CHARS_MAX)
    if not identifier:
        findings.warn("identifier", "missing, the alert was left out")
        return None
    for name in ("sender", "sent", "status", "msgType", "scope"):
        if not xml.text(xml.child(element, name)):
            findings.warn(name, "missing")
    status = _word(element, "status", STATUSES, "Actual", findings)
    message_type = _word(element, "msgType", TYPES, "Alert", findings)
    kind = KINDS.get(status) if message_type in ASKING else None
    if kind is not None:
        kind = max(kind, envelope, key=lambda one: CAUTION[one])
    findings.take(f"{message_type}, {status}")
    references = xml.text(xml.child(element, "references"), 100_000)
    return CapAlert(
        identifier=identifier,
        sender=sender,
        sent=_instant(element, "sent", findings),
        status=status,
        message_type=message_type,
        kind=kind,
        references=tuple(_references(references, findings)),
        info=_info(element, findings),
    )


def _references(text: str, findings: Findings) -> Iterator[str]:
    """Return `sender,identifier` of each `sender,identifier,sent`."""
    for reference in text.split()[:ALERTS_MAX]:
        parts = reference.split(",")
        if len(parts) >= 2 and parts[1]:
            yield f"{parts[0][:ID_CHARS_MAX]},{parts[1][:ID_CHARS_MAX]}"
        else:
            findings.warn("references", "not sender, identifier and time")


def _info(alert: etree._Element, findings: Findings) -> CapInfo | None:
    blocks = xml.children(alert, "info")[:INFOS_MAX]
    if not blocks:
        return None
    english = [b for b in blocks if xml.text(xml.child(b, "language"), 35).lower().startswith("en")]
    if not english and not any(xml.text(xml.child(b, "language"), 35) for b in blocks):
        english = blocks
    info = (english or blocks)[0]
    areas = xml.children(info, "area")[:AREAS_MAX]
    area = shapes.of_cap(
        (said for a in areas for p in xml.children(a, "polygon") if (said := xml.text(p, 1_000_000))),  # some are empty
        (xml.text(c) for a in areas for c in xml.children(a, "circle")),
        findings,
    )
    if not area.is_empty:
        findings.take("an area")
    levels = {name: _word(info, name, words, "Unknown", findings) for name, words in LEVELS.items()}
    return CapInfo(
        categories=tuple(xml.text(c, 32) for c in xml.children(info, "category")),
        event=xml.text(xml.child(info, "event"), 200),
        codes=tuple(value for _, value in _values(info, "eventCode")),
        onset=_instant(info, "onset", findings) or _instant(info, "effective", findings),
        expires=_instant(info, "expires", findings),
        headline=xml.text(xml.child(info, "headline"), 500),
        description=xml.text(xml.child(info, "description")),
        instruction=xml.text(xml.child(info, "instruction")),
        parameters=dict(_values(info, "parameter")),
        area_text="; ".join(t for a in areas if (t := xml.text(xml.child(a, "areaDesc"), 2_000)))[:4_000],
        area=area,
        geocodes=tuple(pair for a in areas for pair in _values(a, "geocode"))[:PARAMETERS_MAX],
        **levels,
    )


def _values(element: etree._Element, name: str) -> list[tuple[str, str]]:
    """Return names and values. CAP 1.0 wrote them as `name=value`."""
    found = []
    for each in xml.children(element, name)[:PARAMETERS_MAX]:
        label, value = xml.text(xml.child(each, "valueName"), 100), xml.text(xml.child(each, "value"), 500)
        if not label and "=" in (each.text or ""):
            label, _, value = xml.text(each, 600).partition("=")
        if label:
            found.append((label, value))
    return found


def _word(element: etree._Element, name: str, words: tuple[str, ...], default: str, findings: Findings) -> str:
    """Return one of the words, in whatever capitals."""
    text = xml.text(xml.child(element, name), 100)
    if not text:
        return default
    for word in words:
        if word.casefold() == text.casefold():
            return word
    if text.casefold() not in ("unknown", "very likely"):
        findings.warn(name, f"unknown, taken as {default}")
    return "Likely" if text.casefold() == "very likely" else default  # CAP 1.0


def _instant(element: etree._Element, name: str, findings: Findings) -> datetime | None:
    text = xml.text(xml.child(element, name), 64)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        findings.warn(name, "not a time")
        return None
