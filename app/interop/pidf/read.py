"""Reading a PIDF-LO: every location in it, in the order RFC 5491 says they count."""

from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from lxml import etree

from app.interop.pidf.confidence import read_confidence, to_ninety
from app.interop.pidf.shapes import READERS, Shape, read_shape
from app.interop.reading import Findings, Unusable
from app.interop.xml import child, children, find, local, namespace, parse, text, within

PIDF: Final = "urn:ietf:params:xml:ns:pidf"
GML: Final = ("http://www.opengis.net/gml", "http://www.opengis.net/pidflo/1.0")
CIVIC: Final = "urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"
LOCATIONS_MAX: Final = 16
CIVIC_MAX: Final = 64  # elements; the registry of RFC 5139 and 6848 has 43
# Rule 8 of RFC 5491: devices first, then tuples, persons as a last resort.
RANK: Final = {"device": 0, "tuple": 1, "person": 2}
LANDMARKS: Final = (
    "LMK",
    "NAM",
    "LOC",
    "LMKP",
    "PN",
    "MP",
)  # where a sign's number is put by those who write addresses
CONFIDENCE_ASSUMED: Final = 95.0  # RFC 5491 section 5: 95 % or higher


@dataclass(frozen=True, slots=True)
class Location:
    """One `geopriv`: a shape, a civic address, or both of the same place. `confidence` in per cent."""

    element: str
    shape: Shape | None = None
    civic: dict[str, str] = field(default_factory=dict)
    method: str | None = None
    confidence: float | None = None
    timestamp: str | None = None

    @property
    def radius_m(self) -> float | None:
        """The radius at 90 % confidence, as 911 carries it."""
        if self.shape is None or self.shape.radius_m is None:
            return None
        return to_ninety(self.shape.radius_m, self.confidence)

    def sealed(self) -> dict[str, Any]:
        """Return what is kept of it for whoever may read it."""
        kept: dict[str, Any] = {
            "element": self.element, "civic": self.civic, "method": self.method, "confidence": self.confidence,
            "at": self.timestamp,
        }  # fmt: skip
        if self.shape is not None:
            kept |= {"shape": self.shape.kind, "lat": self.shape.center.lat, "lon": self.shape.center.lon}
            kept |= {"radius_m": self.shape.radius_m, "altitude_m": self.shape.altitude_m}
            kept["cells"] = list(self.shape.cells())
        return kept

    def fix(self) -> dict[str, float] | None:
        """Return it as a device's fix, whose radius may be missing; None when it has no coordinates."""
        if self.shape is None:
            return None
        fix = {"lat": self.shape.center.lat, "lon": self.shape.center.lon}
        return fix if self.radius_m is None else {**fix, "radius_m": self.radius_m}

    @property
    def landmarks(self) -> tuple[str, ...]:
        return tuple(self.civic[name] for name in LANDMARKS if name in self.civic)


def read_pidf(raw: bytes | str, findings: Findings, where: str = "body") -> tuple[Location, ...]:
    """Return the locations, the one that counts first; none when the document has none. Raises Unusable."""
    root = parse(raw, findings, where)
    presences = [root] if local(root) == "presence" else _inside(root)
    if not presences:
        raise Unusable("not a PIDF-LO: no presence element", where)
    if local(root) != "presence":
        findings.warn("presence", "inside another element")
    found = []
    for presence in presences:  # rule 9: the first document counts first
        if namespace(presence) != PIDF:
            findings.warn("presence", "wrong namespace")
        if not presence.get("entity"):
            findings.warn("presence.entity", "missing")
        found += _locations(presence, findings)
    if len(found) > LOCATIONS_MAX:
        findings.warn("presence", f"more than {LOCATIONS_MAX} locations")
    if len(found) > 1:
        findings.take(f"{min(len(found), LOCATIONS_MAX)} locations, the first by RFC 5491 rule 8 counts")
    return tuple(found[:LOCATIONS_MAX])


def _inside(root: etree._Element) -> list[etree._Element]:
    """Return the presences another element wraps, such as HELD's locationResponse."""
    return list(islice(within(root, "presence"), LOCATIONS_MAX))


def _locations(presence: etree._Element, findings: Findings) -> list[Location]:
    found: list[tuple[int, Location]] = []
    for each in presence:
        name = local(each)
        if name not in RANK:
            continue
        holders = [each, *children(each, "status")]
        if name != "tuple" and child(each, "status") is not None:
            findings.warn(name, "its geopriv stands in a status, which only a tuple has")
        stamp = text(child(each, "timestamp"), 64) or None
        for geopriv in (g for holder in holders for g in children(holder, "geopriv")):
            location = _location(name, geopriv, stamp, findings)
            if location is not None:
                found.append((RANK[name], location))
    found.sort(key=lambda ranked: ranked[0])  # stable: document order within a rank
    return [location for _, location in found]


def _location(name: str, geopriv: etree._Element, stamp: str | None, findings: Findings) -> Location | None:
    info = child(geopriv, "location-info")
    if info is None:
        findings.warn("location-info", "missing")
        return None
    names = [local(each) for each in geopriv]
    if "usage-rules" not in names:
        findings.warn("usage-rules", "missing")
    elif names.index("usage-rules") < names.index("location-info"):
        findings.warn("geopriv", "its parts are out of order")
    shape = next((s for s in (read_shape(each, findings) for each in _geometries(info, findings)) if s), None)
    civic = _civic(info, findings)
    if shape is None and not civic:
        only = "only how it moves" if child(info, "Dynamic") is not None else "nothing readable"
        findings.warn("location-info", f"holds no location: {only}")
        return None
    if shape is not None:
        findings.take(f"{name}: {shape.kind}")
    if civic:
        findings.take(f"{name}: civic address")
    method = text(child(geopriv, "method"), 64) or None
    return Location(name, shape, civic, method, read_confidence(find(info, "confidence"), findings), stamp)


def _geometries(info: etree._Element, findings: Findings) -> list[etree._Element]:
    """Return the shapes of a location-info, those that an old `gml:location` wraps too."""
    found = []
    for each in info:
        inner = list(each) if local(each) == "location" else [each]
        for one in inner:
            if local(one) in READERS:
                if namespace(one) not in GML:
                    findings.warn(local(one), "wrong namespace")
                found.append(one)
    return found


def _civic(info: etree._Element, findings: Findings) -> dict[str, str]:
    """Return the elements of a civic address by name, extensions of RFC 6848 by their own names too."""
    address = child(info, "civicAddress")
    if address is None:
        return {}
    if namespace(address) != CIVIC:
        findings.warn("civicAddress", "wrong namespace")
    found: dict[str, str] = {}
    for each in islice(address, CIVIC_MAX):
        value = text(each, 512)
        if value:
            found.setdefault(local(each)[:32], value)
    return found
