"""Hostile EIDO, PIDF-LO, additional data and conveyance messages cost a refusal, at most 50 ms and 20 MB."""

import json
import tracemalloc
from collections.abc import Callable
from time import process_time
from typing import Any

import pytest

from app.interop.additional import read_additional
from app.interop.conveyance.messages import BadMessage, read_message
from app.interop.conveyance.qualifier import read_qualifier
from app.interop.eido.read import read_eido
from app.interop.pidf.report import read_location
from app.interop.reading import Findings, Unusable
from app.routes.eido_examples import EIDO_EXAMPLE, PIDF_EXAMPLE

TIME_S = 0.05
BYTES = 20_000_000
BODY = 65_536
READERS: dict[str, Callable[[bytes], Any]] = {
    "eido": read_eido,
    "pidf": read_location,
    "additional": lambda raw: read_additional(raw, Findings()),
    "conveyance": lambda raw: read_message(raw.decode(errors="replace")),
    "qualifier": lambda raw: read_qualifier(raw.decode(errors="replace")),
}
RING = f"<gml:exterior><gml:LinearRing><gml:posList>{'1 2 ' * 15_000}</gml:posList></gml:LinearRing></gml:exterior>"
POS = "<gml:pos>31.7321 -111.2103</gml:pos>"
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    + "]><presence>&a8;</presence>"
)


def eido(**parts: Any) -> bytes:
    return json.dumps(EIDO_EXAMPLE | parts).encode()


def pidf(old: str, new: str) -> bytes:
    assert old in PIDF_EXAMPLE
    return PIDF_EXAMPLE.replace(old, new).encode()


# What is refused by whoever reads it, and what is only bounded: a report may still be in it.
REFUSED: dict[str, tuple[str, bytes]] = {
    "nothing": ("eido", b""),
    "braces": ("eido", b'{"a":' * 9_000 + b"1" + b"}" * 9_000),
    "brackets": ("eido", b"[" * BODY),
    "a component 40 deep": ("eido", eido(personComponent=[json.loads('{"a":' * 40 + "1" + "}" * 40)])),
    "laughs": ("pidf", LAUGHS.encode()),
    "laughs in UTF-16": ("pidf", LAUGHS.encode("utf-16")),
    "laughs in UTF-32": ("pidf", LAUGHS.encode("utf-32")),
    "laughs in additional data": ("additional", LAUGHS.encode()),
    "an external entity": ("pidf", b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><presence>&x;</presence>'),
    "an external DTD": ("pidf", b'<!DOCTYPE p SYSTEM "http://127.0.0.1:9/x.dtd"><presence/>'),
    "a parameter entity": ("pidf", b'<!DOCTYPE p [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]><presence/>'),
    "elements within elements": ("pidf", b"<a>" * 20_000),
    "elements beside elements": ("pidf", b"<presence>" + b"<a/>" * 13_000 + b"</presence>"),
    "attributes without end": ("pidf", b"<presence " + b" ".join(b'a%d="1"' % n for n in range(6_000)) + b"/>"),
    "a gzip": ("pidf", b"\x1f\x8b\x08" + bytes(60_000)),
    "every byte": ("pidf", bytes(range(256)) * 250),
    "an unknown encoding": ("pidf", b'<?xml version="1.0" encoding="x-none"?><presence/>'),
    "EBCDIC": ("pidf", '<?xml version="1.0" encoding="cp037"?><presence/>'.encode("cp037")),
    "a place at 10^300": ("pidf", pidf("31.7321 -111.2103", "1e300 1e300")),
    "a place that is no number": ("pidf", pidf("31.7321 -111.2103", "NaN INF")),
    "a message without end": ("conveyance", b'{"subscribe": [' + b"1," * 30_000),
}
BOUNDED: dict[str, tuple[str, bytes]] = {
    "a number without end": ("eido", eido().replace(b'"1.0"', b"9" * 60_000)),
    "1e999": ("eido", eido(incidentComponent={"incidentCommonPriorityNumber": 7}).replace(b": 7", b": 1e999")),
    "notes": ("eido", eido(notesComponent=[{"notesActionComments": "<p>" * 9}] * 1_500)),
    "tags in a note": ("eido", eido(notesComponent=[{"notesActionComments": "<a href='" * 6_000}])),
    "deep tags in a note": ("eido", eido(notesComponent=[{"notesActionComments": "<b>" * 18_000}])),
    "locations": ("eido", eido(locationComponent=[{"$id": "x", "locationByValue": PIDF_EXAMPLE}] * 70)),
    "references that go round": (
        "eido",
        eido(callComponent=[{"$id": "c", "locationReference": [{"$ref": "c"}] * 3_000}]),
    ),
    "laughs inside": ("eido", eido(locationComponent=[{"locationByValue": LAUGHS, "localIdentifier": ["TUC-417"]}])),
    "half a character": ("eido", eido(notesComponent=[{"notesActionComments": "\ud83d reads TUC-417"}])),
    "NUL": ("eido", eido(notesComponent=[{"notesActionComments": "a\x00b"}])),
    "UTF-16": ("eido", eido().decode().encode("utf-16")),
    "keys": ("eido", json.dumps(EIDO_EXAMPLE | {f"k{n}": n for n in range(4_000)}).encode()),
    "a polygon without end": ("pidf", pidf("gs:Circle", "gml:Polygon").replace(POS.encode(), RING.encode())),
    "positions without end": ("pidf", pidf("31.7321 -111.2103", "1 " * 30_000)),
    "tuples without end": ("pidf", pidf("<tuple", "<tuple/>" * 7_000 + "<tuple")),
    "a radius of 10^300": ("pidf", pidf(">60<", ">1e300<")),
    "a height that is none": ("pidf", pidf("31.7321 -111.2103", "31.7321 -111.2103 NaN")),
    "an instruction": ("pidf", pidf("<presence", "<?xml-stylesheet href='file:///etc/passwd'?><presence")),
    "an attribute of 64 KB": ("pidf", pidf("pres:caller", "x" * 60_000)),
    "a filter without end": ("qualifier", b"type=" + b"a," * 30_000),
    "terms without end": ("qualifier", b";".join([b"type=SAR"] * 7_000)),
    "blanks": ("qualifier", b" " * 60_000 + b"type"),
}


def read_or_refused(reader: str, raw: bytes) -> bool:
    """Read; return whether it was refused."""
    try:
        READERS[reader](raw)
    except (Unusable, BadMessage) as refused:
        assert len(str(refused)) < 200  # noqa: PT017 - it may also be read
        return True
    return False


@pytest.mark.parametrize("name", [*REFUSED, *BOUNDED])
def test_hostile_input_costs_little(name: str) -> None:
    reader, raw = (REFUSED | BOUNDED)[name]
    raw = raw[:BODY]
    assert read_or_refused(reader, raw) or name in BOUNDED
    took = []
    for _ in range(3):
        began = process_time()
        read_or_refused(reader, raw)
        took.append(process_time() - began)
    assert min(took) < TIME_S
    tracemalloc.start()
    try:
        read_or_refused(reader, raw)
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()


def test_what_is_bounded_still_says_what_it_can() -> None:
    reading = read_eido(BOUNDED["laughs inside"][1])
    assert reading.said == (("localIdentifier", "TUC-417"),)
    assert "locationByValue: has a DTD, which is refused" in reading.warnings
    assert "reads TUC-417" in read_eido(BOUNDED["half a character"][1]).report["narrative"]
    assert read_location(BOUNDED["a height that is none"][1]).report["device"]["lat"] == 31.7321
