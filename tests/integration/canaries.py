"""Canaries: words nobody else says, put where personal data goes, and looked for wherever none may be.

Each is looked for as it is, in hexadecimal (how a backup shows bytes) and in base64 at any offset.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

LETTERS: Final = "bcdfghjklmnpqrstvwxz"  # no word of any language comes of these
DIGITS_AS_WRITTEN: Final = ("{0}", "({1}) {2}-{3}", "{1}-{2}-{3}", "{1} {2} {3}")


@dataclass(slots=True)
class Canaries:
    """Makes canaries from a seed and remembers where each was put."""

    rng: Random
    put: dict[str, str] = field(default_factory=dict)  # what to look for: where it was put
    numbers: int = 0

    def word(self, where: str) -> str:
        """Return a word for a place personal text goes to."""
        made = "".join(self.rng.choices(LETTERS, k=12))
        self.put[made] = where
        return made

    def number(self, where: str) -> str:
        """Return a callback number nobody has."""
        self.numbers += 1
        made = f"520{self.rng.randrange(200, 999)}{self.numbers:04d}"
        for form in DIGITS_AS_WRITTEN:
            self.put[form.format(made, made[:3], made[3:6], made[6:])] = where
        return made

    def degrees(self, where: str) -> float:
        """Return a latitude in Arizona that is nobody else's."""
        made = f"31.{self.rng.randrange(1_000_000, 9_000_000)}1"
        self.put[made[:-2]] = where
        return float(made)


def forms(canary: str) -> set[str]:
    """Return everything a canary may hide as, in small letters."""
    raw = canary.encode()
    shown = {canary.casefold(), raw.hex()}
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + raw).decode()
        shown.add(coded[(offset * 8 + 5) // 6 : len(coded.rstrip("=")) - 1].casefold())
    return shown


def found_in(places: Mapping[str, str], put: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what was found: where it was put, where it came out."""
    hits = set()
    wanted = [(form, where) for canary, where in put.items() for form in forms(canary)]
    for place, text in places.items():
        small = text.casefold()
        hits |= {(where, place) for form, where in wanted if form in small}
    return sorted(hits)


@dataclass(slots=True)
class Answers:
    """Every answer of the service to everybody, but for those that open what is sealed for who may."""

    said: list[str] = field(default_factory=list)
    count: int = 0

    def hook(self, *, may_open: bool = False) -> dict[str, list[Any]]:
        """Return the event hook a client keeps its answers with; one that may open keeps all but the opened."""

        async def keep(answer: httpx.Response) -> None:
            await answer.aread()
            path = answer.request.url.path
            self.count += 1
            if not (may_open and answer.is_success and path.startswith("/v1/private/")):
                self.said.append(f"{answer.status_code} {dict(answer.headers)} {answer.text}")

        return {"response": [keep]}


def as_text(frames: Iterable[Any]) -> str:
    return "\n".join(json.dumps(frame, ensure_ascii=False) for frame in frames)
