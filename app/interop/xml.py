"""Parsing XML that somebody sent: no DTD, no entities, no network, bounded; broken XML is read as far as it goes."""

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from app.interop.reading import Findings, Unusable

Element = etree._Element  # noqa: SLF001 - the one name lxml has for it
XML_BYTES_MAX: Final = 65_536  # as every body
DEPTH_MAX: Final = 64  # the deepest lawful document of any format here has 14 levels
ELEMENTS_MAX: Final = 8_192
STRICT, LENIENT = (
    etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    for recover in (False, True)
)
# Asked of the parser's own tree: a walk of ours took as long as the parsing.
_has_depth: Final = etree.XPath(f"boolean({'/*' * (DEPTH_MAX + 1)})")
_has_number: Final = etree.XPath(f"count(//*) > {ELEMENTS_MAX}")
# What announces a DTD, in every encoding libxml2 detects by itself. EBCDIC and UTF-7 are refused with the prologue.
UTF_8, UTF_16_LE, UTF_16_BE = ("<!DOCTYPE".encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be"))


def parse(raw: bytes | str, findings: Findings, where: str = "body") -> etree._Element:
    """Return the root. Raises Unusable: a DTD, too large, too deep, or not one element readable."""
    data = _bytes(raw)
    if len(data) > XML_BYTES_MAX:
        raise Unusable(f"over {XML_BYTES_MAX} bytes", where)
    if UTF_8 in data or UTF_16_LE in data or UTF_16_BE in data:
        raise Unusable("has a DTD, which is refused", where)
    root = _parse(data, STRICT)
    if root is None:
        root = _parse(data, LENIENT)
        findings.warn(where, "not well-formed XML, read as far as it goes")
    if root is None:
        raise Unusable("not XML", where)
    _check(root, where)
    return root


def _bytes(raw: bytes | str) -> bytes:
    """Return bytes; a text's own declaration of an encoding is about bytes it no longer is."""
    if isinstance(raw, bytes):
        return raw.lstrip()
    text = raw.lstrip("\ufeff \t\r\n")
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    return text.encode("utf-8", errors="ignore")


def _parse(data: bytes, parser: etree.XMLParser) -> etree._Element | None:
    try:
        root: etree._Element | None = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    return root


def _check(root: etree._Element, where: str) -> None:
    """Refuse what no sender means: a DTD that hid in an encoding, depth, number."""
    info: Any = root.getroottree().docinfo
    if info.internalDTD is not None:  # libxml2 makes one for any DOCTYPE, external ones too
        raise Unusable("has a DTD, which is refused", where)
    if _has_depth(root):
        raise Unusable(f"deeper than {DEPTH_MAX} elements", where)
    if _has_number(root):
        raise Unusable(f"more than {ELEMENTS_MAX} elements", where)


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace; real producers get namespaces wrong."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: etree._Element) -> str:
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def child(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first child of this name, in whatever namespace."""
    return next(element.iterchildren(f"{{*}}{name}"), None)


def children(element: etree._Element, name: str) -> list[etree._Element]:
    return list(element.iterchildren(f"{{*}}{name}"))


def within(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the elements of this name anywhere inside, in document order, in whatever namespace."""
    return element.iterdescendants(f"{{*}}{name}")


def find(element: etree._Element, *names: str) -> etree._Element | None:
    """Return the element at a path of names, in whatever namespaces."""
    at: etree._Element | None = element
    for name in names:
        at = child(at, name) if at is not None else None
    return at


def text(element: etree._Element | None, chars_max: int = 8_192) -> str:
    """Return an element's own text, trimmed, without characters no store takes."""
    if element is None or not element.text:
        return ""
    return element.text.replace("\x00", "")[:chars_max].strip()
