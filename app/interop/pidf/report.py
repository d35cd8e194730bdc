"""A PIDF-LO that comes alone: where the caller of a call is, or a call of which nothing else is known."""

import re
from typing import Any, Final

from app.interop.pidf.read import read_pidf
from app.interop.reading import Findings, Reading, Unusable, What

FORMAT: Final = "PIDF-LO"
BEGIN: Final = re.compile(rb"<(?:[A-Za-z][A-Za-z0-9._-]{0,31}:)?presence[\s>]")
END: Final = b"presence>"


def read_location(raw: bytes, call_id: str | None = None) -> Reading:
    """Return the call it locates; `call_id` is the sender's own id of that call. Raises Unusable."""
    findings = Findings()
    locations = read_pidf(_document(raw, findings), findings)
    if not locations:
        raise Unusable("holds no location")
    report: dict[str, Any] = {"call_id": call_id} if call_id else {}
    fix = next(filter(None, (location.fix() for location in locations)), None)
    if fix is not None:
        report["device"] = fix
    if locations[0].timestamp:
        report["occurred_at"] = locations[0].timestamp
    said = tuple(("landmark", words) for location in locations for words in location.landmarks)
    private = {"locations": [location.sealed() for location in locations]}
    return Reading(FORMAT, What.CALL, raw, report, said, private, findings.understood, findings.warnings)


def _document(raw: bytes, findings: Findings) -> bytes:
    """Return the document, cut out of the SIP message or the MIME part it came in; the first counts (rule 9)."""
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return raw
    begin = BEGIN.search(raw)
    end = raw.find(END, begin.end()) if begin else -1
    if begin is None or end < 0:
        return raw
    findings.warn("body", "not a document of its own, the first one in it is taken")
    return raw[begin.start() : end + len(END)]
