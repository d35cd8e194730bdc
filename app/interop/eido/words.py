"""EIDO's registry words and ours: incident types, kinds, statuses, dispositions (STA-021.1b)."""

import re
from typing import Any, Final
from urllib.parse import unquote

import nh3

from app.intake.lenient import clean
from dispatch.status import Kind, Outcome

# What a registry type is to a rescue service. Whatever else a PSAP hands to us is taken as a search.
TYPE_OF: Final = {
    "SAR": "SAR", "RESCUE": "RESCUE", "EXPOSURE": "EXPOSURE", "PERMISS": "PERMISS", "WELFARE": "WELFARE",
    "MISBOATR": "PERMISS", "WATER": "RESCUE", "XTRICATE": "RESCUE", "BLDCLPSE": "RESCUE",
}  # fmt: skip
WRITTEN: Final = frozenset({"SAR", "RESCUE", "EXPOSURE", "PERMISS", "WELFARE"})  # the only types we ever write
TYPE_UNKNOWN: Final = "SAR"
# A sender that means a test says so in one of these words, alone in its field, or calls the test service (RFC 6881).
NOT_REAL: Final = {
    "test": Kind.TEST, "testcall": Kind.TEST, "ncrtestf": Kind.TEST, "training": Kind.EXERCISE,
    "exercise": Kind.EXERCISE, "drill": Kind.EXERCISE,
}  # fmt: skip
TEST_SERVICE: Final = re.compile(r"urn:(emergency:)?service:test\b", re.IGNORECASE)
DISPOSITION: Final = {
    Outcome.FOUND_WELL: "24", Outcome.FOUND_INJURED: "25", Outcome.FOUND_DECEASED: "39", Outcome.SELF_RECOVERED: "32",
    Outcome.NOT_FOUND: "14", Outcome.FALSE_ACTIVATION: "17", Outcome.TEST: "10", Outcome.DUPLICATE: "22",
    Outcome.TRANSFERRED: "15",
}  # fmt: skip
RESOURCE_OF: Final = {
    "truck": "LightRescue", "atv": "ATV", "horse": "MountedPatrol", "foot": "MountainSearchandRescueTeam",
    "helicopter": "RotaryWingAircraft", "boat": "WaterRescueTeam", "ambulance": "GroundALSAmbulance",
}  # fmt: skip
ATTRIBUTE_OF: Final = {
    "medic": "Paramedic", "air": "SearchandRescueAircraft", "rope": "RescueRope", "boat": "SwiftwaterRescueEquipment",
    "interp_es": "SpanishCastilianInterpreter", "interp_pt": "PortugueseInterpreter",
}  # fmt: skip
SECONDARY_OF: Final = {"AtDestination": "Arrived", "NotAnswering": "OnDuty"}  # ours that the registry lacks
TEXT_KEYS: Final = ("value", "text", "content")  # NIEM-JSON says `value`
DIGITS: Final = re.compile(r"(?:\D*\d){3}")
LETTER: Final = re.compile(r"[^\W\d_]")
PHONE: Final = re.compile(r"(?:tel|sips?):([^;?@]{1,64})", re.IGNORECASE)


def kind_of(words: list[str], services: list[str]) -> Kind:
    """Return what a sender's own words say it is; nothing but an exact word makes a report less than real."""
    for word in words:
        kind = NOT_REAL.get(word.strip().casefold().replace(" ", "").replace("-", ""))
        if kind is not None:
            return kind
    return Kind.TEST if any(TEST_SERVICE.match(service.strip()) for service in services) else Kind.REAL


def type_of(word: str) -> str:
    return TYPE_OF.get(word.strip().upper(), TYPE_UNKNOWN)


def number_of(uri: str) -> str | None:
    """Return the number in a `tel:` or `sip:` URI, or one written plainly; None when no digits stand there."""
    found = PHONE.match(uri.strip())
    number = unquote(found.group(1)) if found else uri.strip()[:64]
    return clean(number) if DIGITS.match(number) and not LETTER.search(number) else None


def plain_text(html: str) -> str:
    """Return the words of an HTML note: no element, no script, nothing a browser would act on."""
    return clean(unescape(nh3.clean(html, tags=set(), attributes={}))).strip()


def unescape(text: str) -> str:
    """Turn the five escapes back that the sanitiser writes."""
    for escaped, plain in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", " "), ("&amp;", "&")):
        text = text.replace(escaped, plain)
    return text


def text_within(value: Any) -> str:
    """Return the words of a NIEM text, which may be text, an object around one, or a list of either."""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, list):
        return " ".join(filter(None, (text_within(each) for each in value[:8])))
    if isinstance(value, dict):
        return next((found for key, each in value.items() if key in TEXT_KEYS and (found := text_within(each))), "")
    return ""
