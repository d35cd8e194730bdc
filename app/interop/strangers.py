"""Formats of the field that are known by sight and taken by nothing here, so that `interop check` can say so."""

from typing import Final

HEAD_BYTES: Final = 65_536
# By name: what to do instead, and what any of has to stand near the beginning. Asked before the formats we read.
STRANGERS: Final[dict[str, tuple[str, tuple[bytes, ...]]]] = {
    "an XML schema": ("it describes messages and is none", (b"<xs:schema", b"<xsd:schema", b"<schema ")),
    "a RELAX NG schema": ("it describes messages and is none", (b"relaxng.org/ns/structure",)),
    "a SIPp scenario": ("send the location or the data in it alone", (b"<scenario",)),
    "LoST (RFC 5222)": ("no calls are routed here", (b"urn:ietf:params:xml:ns:lost1",)),
    "a HELD request": ("a HELD answer is read, as PIDF-LO", (b"<locationRequest", b":locationRequest")),
    "PFIF": ("no missing persons' records are taken here", (b"zesty.ca/pfif", b"<pfif:")),
    "KML": ("trackers' maps are not fetched; let the service deliver its events", (b"<kml",)),
    "XACML": ("a policy of somebody else's", (b"urn:oasis:names:tc:xacml",)),
}


def stranger(raw: bytes) -> tuple[str, str] | None:
    """Return a foreign format's name and what to do instead; None for what may be one of ours, or nothing known."""
    head = raw[:HEAD_BYTES]
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return None
    return next(
        ((name, instead) for name, (instead, marks) in STRANGERS.items() if any(mark in head for mark in marks)), None
    )
