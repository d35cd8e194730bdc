"""The registry knows every sign that ever stood, and its digest is its contents."""

from dataclasses import replace

import pytest

from geo.point import Point
from geo.registry import BadRegistry, Registry
from geo.sign import IdFormat, LifeCycle, Sector, Sign, SignKind
from loadtests.border import make_border

BORDER = make_border(3)
REGISTRY = Registry(BORDER.signs, BORDER.sectors, version=7)


def test_every_sign_is_found_by_id_sector_and_cell() -> None:
    assert len(REGISTRY) == len(BORDER.signs)
    for sign in BORDER.signs:
        assert REGISTRY.get(sign.sign_id) is sign
        assert sign.sign_id in REGISTRY
        assert sign in REGISTRY.in_cell(sign.point.cell())
    assert sum(len(REGISTRY.in_sector(sector)) for sector in REGISTRY.sectors) == len(REGISTRY)


def test_unknown_keys_find_nothing() -> None:
    assert REGISTRY.get("TUC-000") is None
    assert REGISTRY.in_sector("ZZZ") == ()
    assert REGISTRY.in_cell("") == ()


def test_towers_are_the_rescue_towers() -> None:
    assert len(REGISTRY.towers) == 170
    assert {sign.kind for sign in REGISTRY.towers} == {SignKind.RESCUE_TOWER}


def test_a_retired_sign_stays_known_and_is_flagged() -> None:
    retired = [sign.sign_id for sign in BORDER.signs if sign.life is LifeCycle.RETIRED]
    assert retired
    assert all(sign_id in REGISTRY and REGISTRY.is_retired(sign_id) for sign_id in retired)
    assert sum(REGISTRY.is_retired(sign.sign_id) for sign in BORDER.signs) == len(retired)
    assert not REGISTRY.is_retired("TUC-000")


def test_the_digest_depends_on_contents_alone() -> None:
    shuffled = Registry(reversed(BORDER.signs), reversed(BORDER.sectors), version=8)
    assert shuffled.digest == REGISTRY.digest
    first = BORDER.signs[0]
    for other in (
        replace(first, point=Point(first.point.lat + 1e-9, first.point.lon)),
        replace(first, access=replace(first.access, gate=first.access.gate + " ")),
    ):
        assert Registry((other, *BORDER.signs[1:]), BORDER.sectors).digest != REGISTRY.digest
    closed = tuple(replace(sector, lends=not sector.lends) for sector in BORDER.sectors)
    assert Registry(BORDER.signs, closed).digest != REGISTRY.digest


def test_a_stated_digest_must_be_the_right_one() -> None:
    assert Registry(BORDER.signs, BORDER.sectors, 1, REGISTRY.digest).digest == REGISTRY.digest
    with pytest.raises(BadRegistry):
        Registry(BORDER.signs[1:], BORDER.sectors, 1, REGISTRY.digest)


def test_contradictions_are_refused() -> None:
    sector = Sector("TUC", "Tucson", (IdFormat("TUC", 3),))
    sign = Sign("TUC-417", SignKind.LAND_PLACARD, "TUC", Point(32.0, -111.0))
    for signs, sectors in (((sign, sign), (sector,)), ((sign,), ()), ((sign,), (sector, sector))):
        with pytest.raises(BadRegistry):
            Registry(signs, sectors)
