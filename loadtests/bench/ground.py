"""The ground every system stands on: the synthetic border with every plain sign number printed, and 500 units."""

import random
from dataclasses import dataclass
from random import Random
from typing import Final

from app.demo.border import Border, make_border
from dispatch.entities import Unit
from geo.id_format import BadId, format_id
from geo.point import Point
from geo.sign import LifeCycle, Sector, Sign, SignKind

SEED: Final = 1
UNITS: Final = 500
PLAIN_NUMBERS: Final = range(1, 1000)
KINDS: Final = ("truck", "truck", "truck", "atv", "helicopter")


@dataclass(frozen=True, slots=True)
class Ground:
    border: Border
    signs: tuple[Sign, ...]
    units: tuple[Unit, ...]


def make_ground(units: int = UNITS) -> Ground:
    """Return some 9,000 signs in use, in an order without pattern, and the units spread over them.

    That many, because a second call about a sign whose incident is open is held for a dispatcher as a possible
    duplicate: within one step no sign may come twice.
    """
    rng = Random(SEED)
    border = make_border(SEED)
    signs = [s for s in (*border.signs, *_more_signs(border, rng)) if s.life is not LifeCycle.RETIRED]
    rng.shuffle(signs)
    return Ground(border, tuple(signs), tuple(_unit(number, rng.choice(signs), rng) for number in range(units)))


def _more_signs(border: Border, rng: Random) -> list[Sign]:
    known = {sign.sign_id for sign in border.signs}
    return [sign for sector in border.sectors for sign in _numbers_left(sector, border, known, rng)]


def _numbers_left(sector: Sector, border: Border, known: set[str], rng: Random) -> list[Sign]:
    id_format = sector.id_formats[0]
    beside = [sign.point for sign in border.signs if sign.sector == sector.sector]
    found = []
    for number in PLAIN_NUMBERS:
        try:
            sign_id = format_id(id_format, number)
        except BadId:
            continue
        if sign_id not in known:
            found.append(Sign(sign_id, SignKind.LAND_PLACARD, sector.sector, _near(rng.choice(beside), rng)))
    return found


def _unit(number: int, sign: Sign, rng: random.Random) -> Unit:
    return Unit(f"U{number + 1}", rng.choice(KINDS), sign.sector, "bench", _near(sign.point, rng), ())


def _near(point: Point, rng: Random) -> Point:
    return Point(round(point.lat + rng.uniform(0, 0.005), 6), round(point.lon + rng.uniform(-0.005, 0.005), 6))
