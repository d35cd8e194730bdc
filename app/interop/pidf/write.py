"""Writing a PIDF-LO that is valid by the schemas of RFC 3863, 4119 and the geoshape profile."""

from datetime import datetime
from typing import Final

from lxml import etree
from lxml.builder import ElementMaker

from app.interop.pidf.read import CIVIC, PIDF
from app.interop.pidf.shapes import Shape

GEOPRIV: Final = "urn:ietf:params:xml:ns:pidf:geopriv10"
POLICY: Final = "urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy"
MODEL: Final = "urn:ietf:params:xml:ns:pidf:data-model"
GML: Final = "http://www.opengis.net/gml"
GS: Final = "http://www.opengis.net/pidflo/1.0"
CONF: Final = "urn:ietf:params:xml:ns:geopriv:conf"
WGS84: Final = "urn:ogc:def:crs:EPSG::4326"
METRE: Final = "urn:ogc:def:uom:EPSG::9001"
NAMESPACES: Final = {None: PIDF, "gp": GEOPRIV, "gbp": POLICY, "gml": GML, "gs": GS, "ca": CIVIC, "con": CONF}

_pidf = ElementMaker(namespace=PIDF, nsmap=NAMESPACES)  # type: ignore[arg-type]  # None is the default namespace
_gp = ElementMaker(namespace=GEOPRIV)
_gml = ElementMaker(namespace=GML)
_gs = ElementMaker(namespace=GS)
_ca = ElementMaker(namespace=CIVIC)


def write_pidf(
    shape: Shape,
    *,
    entity: str,
    at: datetime,
    method: str,
    civic: dict[str, str] | None = None,
    confidence: float | None = None,
) -> bytes:
    """Return the document. `method` is one of the IANA registry; only a point, a circle or a polygon is written."""
    info = _gp("location-info", _geometry(shape))
    if civic:
        info.append(_ca("civicAddress", *(_ca(name, value) for name, value in civic.items())))
    if confidence is not None:
        info.append(ElementMaker(namespace=CONF)("confidence", f"{confidence:g}"))
    rules = _gp("usage-rules", ElementMaker(namespace=POLICY)("retransmission-allowed", "true"))
    geopriv = _gp("geopriv", info, rules, _gp("method", method))
    entry = _pidf("tuple", _pidf("status", geopriv), _pidf("timestamp", at.isoformat()), id="location")
    presence = _pidf("presence", entry, entity=entity)
    return etree.tostring(presence, xml_declaration=True, encoding="UTF-8")


def _geometry(shape: Shape) -> etree._Element:
    if shape.ring:
        corners = [*shape.ring, shape.ring[0]]
        listed = " ".join(f"{p.lat:.7f} {p.lon:.7f}" for p in corners)
        return _gml("Polygon", _gml("exterior", _gml("LinearRing", _gml("posList", listed))), srsName=WGS84)
    pos = _gml("pos", f"{shape.center.lat:.7f} {shape.center.lon:.7f}")
    if shape.radius_m:
        return _gs("Circle", pos, _gs("radius", f"{shape.radius_m:g}", uom=METRE), srsName=WGS84)
    return _gml("Point", pos, srsName=WGS84)
