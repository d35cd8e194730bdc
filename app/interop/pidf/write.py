"""Writing a PIDF-LO that is valid by the schemas of RFC 3863, 4119 and the geoshape profile."""

from datetime import datetime
from typing import Any, Final

from lxml import etree

from app.interop.pidf.read import CIVIC, PIDF
from app.interop.pidf.shapes import Shape

GEOPRIV: Final = "urn:ietf:params:xml:ns:pidf:geopriv10"
POLICY: Final = "urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy"
GML: Final = "http://www.opengis.net/gml"
GS: Final = "http://www.opengis.net/pidflo/1.0"
CONF: Final = "urn:ietf:params:xml:ns:geopriv:conf"
WGS84: Final = "urn:ogc:def:crs:EPSG::4326"
METRE: Final = "urn:ogc:def:uom:EPSG::9001"
NAMESPACES: Final[Any] = {
    None: PIDF,  # the stubs know no default namespace
    "gp": GEOPRIV, "gbp": POLICY, "gml": GML, "gs": GS, "ca": CIVIC, "con": CONF,
}  # fmt: skip


def write_pidf(
    shape: Shape,
    *,
    entity: str,
    at: datetime,
    method: str,
    civic: dict[str, str] | None = None,
    confidence: float | None = None,
) -> bytes:
    """Return the document. `method` is one of the IANA registry; a shape is a point, a circle or a polygon in it."""
    presence = etree.Element(f"{{{PIDF}}}presence", {"entity": entity}, nsmap=NAMESPACES)
    entry = _add(presence, PIDF, "tuple", id="location")
    geopriv = _add(_add(entry, PIDF, "status"), GEOPRIV, "geopriv")
    info = _add(geopriv, GEOPRIV, "location-info")
    _geometry(info, shape)
    if civic:
        address = _add(info, CIVIC, "civicAddress")
        for name, value in civic.items():
            _add(address, CIVIC, name, value)
    if confidence is not None:
        _add(info, CONF, "confidence", f"{confidence:g}")
    _add(_add(geopriv, GEOPRIV, "usage-rules"), POLICY, "retransmission-allowed", "true")
    _add(geopriv, GEOPRIV, "method", method)
    _add(entry, PIDF, "timestamp", at.isoformat())
    written: bytes = etree.tostring(presence, xml_declaration=True, encoding="UTF-8")
    return written


def _geometry(info: etree._Element, shape: Shape) -> None:
    if shape.ring:
        corners = [*shape.ring, shape.ring[0]]
        polygon = _add(info, GML, "Polygon", srsName=WGS84)
        ring = _add(_add(polygon, GML, "exterior"), GML, "LinearRing")
        _add(ring, GML, "posList", " ".join(f"{p.lat:.7f} {p.lon:.7f}" for p in corners))
        return
    written = f"{shape.center.lat:.7f} {shape.center.lon:.7f}"
    if shape.radius_m:
        circle = _add(info, GS, "Circle", srsName=WGS84)
        _add(circle, GML, "pos", written)
        _add(circle, GS, "radius", f"{shape.radius_m:g}", uom=METRE)
        return
    _add(_add(info, GML, "Point", srsName=WGS84), GML, "pos", written)


def _add(parent: etree._Element, space: str, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{space}}}{name}", attributes)
    element.text = text
    return element
