"""What a hostile sender makes of a lawful message: the same attacks for every format, by how it is written."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Final

BODY: Final = 65_536
LONG: Final = 55_000  # what still fits beside any sample
MEGABYTE: Final = 1_000_000
NUMBERS: Final = {"a number without end": "9" * 40_000, "10^999": "1e999", "not a number": "NaN", "below": "-1e300"}
SYSTEM: Final = "file:///etc/passwd"
INCLUDE: Final = "http://www.w3.org/2001/XInclude"
JSON_TEXT: Final = re.compile(r'(?<=: )"[^"]*"')
JSON_NUMBER: Final = re.compile(r"(?<=: )-?\d+(?:\.\d+)?(?=[,}\]])")
XML_TEXT: Final = re.compile(r"(?<=>)[^<>\s][^<>]*(?=</)")
XML_NUMBER: Final = re.compile(r'(?<=[>" ,])-?\d+(?:\.\d+)?(?=[<" ,])')
FORM_VALUE: Final = re.compile(r"(?<==)[^&]+")
FORM_NUMBER: Final = re.compile(r"(?<==)-?[\d.]+(?=&|$)")
Made = Iterator[tuple[str, bytes]]


def laughs(root: str) -> str:
    """Return a document whose last entity stands for 10^9 characters."""
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    return f'<!DOCTYPE l [<!ENTITY a0 "aaaaaaaaaa">{entities}]><{root}>&a8;</{root}>'


def _numbers(text: str, number: re.Pattern[str]) -> Made:
    """Put what is no number first in the place of every number, then of the first one only."""
    for name, value in NUMBERS.items():
        many = number.sub(value, text)
        yield name, (many if len(many) <= BODY else number.sub(value, text, count=1)).encode()


def _letters(text: str) -> Made:
    yield "UTF-16", text.encode("utf-16")
    yield "UTF-32", text.encode("utf-32")
    yield "UTF-7", text.encode("utf-7")
    yield "no UTF-8", text.encode()[:-2] + b"\xff\xfe\xf0\x80" + text.encode()[-2:]
    yield "NUL", text.encode().replace(b"e", b"e\x00", 3)
    yield "cut off", text.encode()[: len(text) * 2 // 3]


def json_attacks(sample: bytes) -> Made:
    """Yield attacks on a JSON object."""
    text = json.dumps(json.loads(sample))
    inside = text[1:]
    yield from _numbers(text, JSON_NUMBER)
    yield from _letters(text)
    yield "a long text", JSON_TEXT.sub(json.dumps("x" * LONG), text, count=1).encode()
    yield "a megabyte in one text", JSON_TEXT.sub(json.dumps("x" * MEGABYTE), text, count=1).encode()
    yield "half a character", JSON_TEXT.sub(lambda _: '"\\ud83d"', text).encode()
    yield "entities in every text", JSON_TEXT.sub(lambda _: json.dumps(laughs("alert")), text)[:BODY].encode()
    yield "markup in a text", JSON_TEXT.sub(lambda _: json.dumps("<b>" * (LONG // 3)), text, count=1).encode()
    yield "lists within lists", f'{{"x": {"[" * 25_000}{"]" * 25_000}, {inside}'.encode()
    yield "objects within objects", (f'{{"x": {"".join(["{" + chr(34) + "a" + chr(34) + ":"] * 9_000)}1'
                                     f'{"}" * 9_000}, {inside}').encode()  # fmt: skip
    yield "forty within one another", f'{{"x": {"[" * 40}{"]" * 40}, {inside}'.encode()
    yield "items without end", f'{{"x": [{"{},{}," * 8_000}1], {inside}'.encode()
    yield "names without end", ("{" + "".join(f'"k{n}":1,' for n in range(5_000)) + inside).encode()
    yield "the same again", f"[{','.join([text] * max(1, LONG // len(text)))}]".encode()
    for name in json.loads(sample):
        many = ",".join(["{}"] * 9_000)
        yield f"{name} without end", json.dumps(json.loads(sample) | {name: "?"}).replace('"?"', f"[{many}]").encode()


def xml_attacks(sample: bytes) -> Made:
    """Yield attacks on an XML document."""
    text = re.sub(r"^<\?xml[^>]*\?>\s*", "", sample.decode())
    root = re.match(r"<([^\s>/]+)", text)
    assert root is not None
    named, opened = root[1], text.index(">") + 1
    head, rest = text[:opened], text[opened:]
    dtd = '<!DOCTYPE d [<!ENTITY x "y">]>'
    yield "an entity", (dtd + XML_TEXT.sub("&x;", text, count=1)).encode()
    yield "billion laughs", laughs(named).encode()
    yield "billion laughs in UTF-16", laughs(named).encode("utf-16")
    yield "billion laughs in UTF-32", laughs(named).encode("utf-32")
    yield "billion laughs in UTF-7", ('<?xml version="1.0" encoding="UTF-7"?>' + laughs(named)).encode("utf-7")
    yield "an external entity", (f'<!DOCTYPE d [<!ENTITY x SYSTEM "{SYSTEM}">]>' + head + "&x;" + rest).encode()
    yield "an external DTD", (f'<!DOCTYPE d SYSTEM "{SYSTEM}">' + text).encode()
    yield "a parameter entity", (f'<!DOCTYPE d [<!ENTITY % x SYSTEM "{SYSTEM}"> %x;]>' + text).encode()
    yield "an include", (head + f'<i:include xmlns:i="{INCLUDE}" href="{SYSTEM}"/>' + rest).encode()
    yield "EBCDIC", ('<?xml version="1.0" encoding="cp037"?>' + text).encode("cp037", errors="replace")
    yield "an encoding nobody has", ('<?xml version="1.0" encoding="x-none"?>' + text).encode()
    yield "elements within elements", (head + "<a>" * 18_000 + rest).encode()
    yield "a hundred within one another", (head + "<a>" * 100 + "</a>" * 100 + rest).encode()
    yield "elements beside elements", (head + "<a/>" * 13_000 + rest).encode()
    many = "".join(f' a{n}="1"' for n in range(5_000))
    for name, added in (
        ("attributes without end", many), ("a long attribute", f' a="{"x" * LONG}"'),
        ("a megabyte attribute", f' a="{"x" * MEGABYTE}"'),
    ):  # fmt: skip
        yield name, (head[:-1] + added + ">" + rest).encode()
    yield "a long text", XML_TEXT.sub("x" * LONG, text, count=1).encode()
    yield "positions without end", XML_TEXT.sub("1 " * (LONG // 2), text, count=1).encode()
    yield "namespaces without end", (head + "".join(f'<a xmlns:n{n}="u:{n}"/>' for n in range(2_500)) + rest).encode()
    yield from _numbers(text, XML_NUMBER)
    yield from _letters(text)


def form_attacks(sample: bytes) -> Made:
    """Yield attacks on a form or a query."""
    text = sample.decode()
    yield from _numbers(text, FORM_NUMBER)
    yield from _letters(text)
    yield "a long text", FORM_VALUE.sub("x" * LONG, text, count=1).encode()
    yield "a megabyte in one text", FORM_VALUE.sub("x" * MEGABYTE, text, count=1).encode()
    yield "names without end", (text + "".join(f"&a{n}=1" for n in range(6_000))).encode()
    yield "the same again", "&".join([text] * (LONG // len(text))).encode()
    yield "broken escapes", FORM_VALUE.sub("%zz%f%ff%c0%80", text).encode()
    yield "escapes without end", FORM_VALUE.sub("%ff" * (LONG // 3), text, count=1).encode()


def bytes_attacks(sample: bytes) -> Made:
    """Yield attacks on Protocol Buffers."""
    value = b"\x0a\x00"
    for _ in range(3_000):  # object.fields[""].struct_value ... : a Struct within a Struct
        value = b"\x0a" + _varint(len(value) + 2) + b"\x12\x00" + value if len(value) < LONG else value
    yield "structs within structs", sample + b"\x5a" + _varint(len(value)) + value
    yield "groups within groups", sample + b"\x5b" * 9_000
    yield "a number without end", sample + b"\x38" + b"\xff" * LONG
    yield "a length beyond the end", sample + b"\x0a" + b"\xff\xff\xff\xff\x07"
    yield "gateways without end", sample + b"\x62\x00" * (LONG // 2)
    yield "no UTF-8", sample + b"\x0a\x04\xff\xfe\xf0\x80"
    yield "not a number", sample + b"\x62\x05\x3d\x00\x00\xc0\x7f"
    yield "a time before time", sample + b"\x12\x0b\x08" + b"\xff" * 9 + b"\x01"
    yield "a long text", sample + b"\x0a" + _varint(LONG) + b"x" * LONG
    yield "a megabyte in one text", sample + b"\x0a" + _varint(MEGABYTE) + b"x" * MEGABYTE
    yield "cut off", sample[:-3]


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def plain_attacks() -> Made:
    """Yield what is no message of anybody."""
    yield "nothing", b""
    yield "blanks", b" " * BODY
    yield "brackets", b"[" * BODY
    yield "every byte", bytes(range(256)) * 250
    yield "a gzip", b"\x1f\x8b\x08" + bytes(60_000)


ATTACKS: Final[dict[str, Callable[[bytes], Made]]] = {
    "json": json_attacks, "xml": xml_attacks, "form": form_attacks, "bytes": bytes_attacks,
}  # fmt: skip


def attacks(syntax: str, sample: bytes) -> dict[str, bytes]:
    """Return every attack on a sample by name."""
    return dict([*plain_attacks(), *ATTACKS[syntax](sample)])
