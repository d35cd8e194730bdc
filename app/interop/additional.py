"""Additional data about a call (RFC 7852): comments, subscriber, device, service, provider, and cards of people."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from app.intake.lenient import clean
from app.interop.reading import Findings, Unusable
from app.interop.xml import Element, child, children, local, parse, text, within

PREFIX: Final = "EmergencyCallData."
VALUES_MAX: Final = 64
TEXT_MAX: Final = 2_048
CARD_WORDS: Final = {"fn": "name", "tel": "telephone", "lang": "language", "email": "email", "org": "organization"}


@dataclass(frozen=True, slots=True)
class Additional:
    """`block` is the kind, without its prefix; `values` its plain fields, `card` what a card says of a person."""

    block: str
    values: dict[str, str] = field(default_factory=dict)
    card: dict[str, list[str]] = field(default_factory=dict)


def read_additional(raw: bytes | str, findings: Findings) -> Additional:
    """Return one block, or a card. Raises Unusable for anything else."""
    start = (raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else raw).lstrip("\ufeff \t\r\n")
    if start.startswith("["):
        return Additional("jCard", card=_jcard(start, findings))
    root = parse(raw, findings, "additionalData")
    name = local(root)
    if name == "vcard":
        return Additional("xCard", card=_xcard(root))
    if not name.startswith(PREFIX):
        raise Unusable("not a block of RFC 7852, nor a card", "additionalData")
    card = next(within(root, "vcard"), None)
    values: dict[str, str] = {}
    for each in root:
        said = text(each, TEXT_MAX)
        if said and len(values) < VALUES_MAX:
            values.setdefault(local(each), clean(said))
    findings.take(name)
    return Additional(name.removeprefix(PREFIX), values, _xcard(card) if card is not None else {})


def _xcard(card: Element) -> dict[str, list[str]]:
    """Return what an xCard (RFC 6351) says, by our names; names and numbers in the order they stand."""
    found: dict[str, list[str]] = {}
    for each in card:
        word = CARD_WORDS.get(local(each))
        if word is None:
            continue
        value = next((text(v, TEXT_MAX) for v in each if local(v) in ("text", "uri", "language-tag")), "")
        if value and len(found.setdefault(word, [])) < VALUES_MAX:
            found[word].append(clean(value))
    if "name" not in found and (parts := child(card, "n")) is not None:
        whole = [text(part, TEXT_MAX) for name in ("given", "surname") for part in children(parts, name)]
        if any(whole):
            found["name"] = [clean(" ".join(word for word in whole if word))]
    return found


def _jcard(written: str, findings: Findings) -> dict[str, list[str]]:
    """Return what a jCard (RFC 7095) says: `["vcard", [[name, parameters, type, value...]...]]`."""
    try:
        card: Any = json.loads(written)
    except (ValueError, RecursionError):
        raise Unusable("not a jCard", "additionalData") from None
    if not (isinstance(card, list) and len(card) > 1 and card[0] == "vcard" and isinstance(card[1], list)):
        raise Unusable("not a jCard", "additionalData")
    found: dict[str, list[str]] = {}
    for each in card[1][:VALUES_MAX]:
        if not isinstance(each, list) or len(each) < 4 or not isinstance(each[0], str):
            findings.warn("jCard", "holds what is no property")
            continue
        word = CARD_WORDS.get(each[0].casefold())
        if word:
            found.setdefault(word, []).extend(clean(v[:TEXT_MAX]) for v in each[3:] if isinstance(v, str) and v)
    findings.take("jCard")
    return found
