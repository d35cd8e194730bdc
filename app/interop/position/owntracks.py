"""OwnTracks in HTTP mode: JSON with a `_type`; only `location` says where somebody is."""

from typing import Final

from app.interop.lorawan.document import read_object
from app.interop.position.report import ACCURACY_M_MAX, PositionReport, instant, point, within
from app.interop.reading import Findings, Unusable

SOURCE: Final = "owntracks"
TYPES: Final = frozenset(
    {"beacon", "card", "cmd", "configuration", "dump", "lwt", "request", "status", "steps", "transition", "waypoint",
     "waypoints"}
)  # fmt: skip
NAME_CHARS_MAX: Final = 200


def read_owntracks(raw: bytes) -> PositionReport:
    """Return what a message says; an empty one deletes a friend and says nothing. Raises Unusable."""
    findings = Findings()
    if not raw:
        return PositionReport(SOURCE, "", None, None, understood=("an empty message",))
    said = read_object(raw)
    kind = said.get("_type")
    if kind == "encrypted":
        raise Unusable("encrypted by the app; send it over TLS and leave that off", "_type")
    if isinstance(kind, str) and kind in TYPES:
        return PositionReport(SOURCE, "", None, None, understood=(f"a message of type {kind}",))
    if kind != "location":
        raise Unusable("not a message of OwnTracks", "_type")
    where = point(said.get("lat"), said.get("lon"), findings)
    if where is None:
        raise Unusable("a location without a place", "lat, lon")
    named = said.get("topic") if isinstance(said.get("topic"), str) else said.get("tid")
    findings.take("a position")
    return PositionReport(
        SOURCE,
        str(named)[:NAME_CHARS_MAX] if isinstance(named, str) else "",
        where,
        instant(said.get("tst"), "tst", findings),
        within(said.get("acc"), 0, ACCURACY_M_MAX),
        within(said.get("batt"), 0, 100),
        understood=findings.understood,
        warnings=findings.warnings,
    )
