"""The locations of an EIDO: read from their PIDF-LO, typed, and the one that says where the caller is."""

from dataclasses import dataclass, field
from typing import Any, Final

from app.interop.eido.components import Component, Eido, text_of, texts_of
from app.interop.eido.words import plain_text
from app.interop.pidf.read import Location, read_pidf
from app.interop.reading import Findings, Unusable

# Which type says best where the person is. A cell tower is where the antenna stands, a unit or a staging area is ours.
FIX_RANK: Final = {"caller": 0, "currentincident": 1, "initialincident": 2, "other": 3, "": 3, "routinglocation": 4}
LOCATIONS_MAX: Final = 16


@dataclass(slots=True)
class Placed:
    """One location component: its type, what its PIDF-LO says, and the words that may name a sign."""

    type: str
    locations: tuple[Location, ...] = ()
    words: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    @property
    def rank(self) -> int | None:
        return FIX_RANK.get(self.type.casefold())

    def sealed(self) -> dict[str, Any]:
        """Return what is kept for whoever may read it."""
        kept: dict[str, Any] = {"type": self.type, "words": [words for _, words in self.words]}
        if self.url:
            kept["url"] = self.url
        if self.locations:
            kept["locations"] = [location.sealed() for location in self.locations]
        return kept


def places_of(eido: Eido, call: Component, findings: Findings) -> list[Placed]:
    """Return the locations, those the incident and its call refer to first, each once."""
    order = [
        *(eido.refer(eido.incident, "locationReference") if eido.incident.get("locationReference") else ()),
        *(eido.refer(call, "locationReference") if call.get("locationReference") else ()),
        *eido.all("locationComponent"),
    ]
    found: list[Placed] = []
    seen: set[int] = set()
    for component in order:
        if id(component) not in seen and len(found) < LOCATIONS_MAX:
            seen.add(id(component))
            found.append(_placed(component, findings))
    return found


def _placed(component: Component, findings: Findings) -> Placed:
    place = Placed(text_of(component, "locationTypeDescriptionRegistryText", 64))
    if not place.type:
        findings.warn("locationTypeDescriptionRegistryText", "missing, the schema requires it")
    place.words += [("localIdentifier", words[:256]) for words in texts_of(component, "localIdentifier")]
    written = text_of(component, "locationByValue", 65_536)
    if written:
        try:
            place.locations = read_pidf(written, findings, "locationByValue")
        except Unusable as unusable:
            findings.warn("locationByValue", unusable.reason)
    place.words += [("landmark", words) for location in place.locations for words in location.landmarks]
    description = plain_text(text_of(component, "locationDescriptionText"))
    if description:
        place.words.append(("locationDescriptionText", description))
    place.url = text_of(component, "locationByReferenceUrl", 2_048)
    if place.locations or place.words or place.url:
        findings.take(f"location: {place.type if place.rank is not None else 'of another kind'}")
    return place


def best_fix(places: list[Placed]) -> dict[str, float] | None:
    """Return the fix of the location that says best where the caller is; a point's own uncertainty may be missing."""
    ranked = sorted(
        ((place.rank, at) for at, place in enumerate(places) if place.rank is not None), key=lambda each: each[0]
    )
    for _, at in ranked:
        fix = next(filter(None, (location.fix() for location in places[at].locations)), None)
        if fix is not None:
            return fix
    return None
