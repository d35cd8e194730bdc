"""The signs and sectors as one immutable, versioned value, indexed for look-up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from json import dumps
from types import MappingProxyType
from typing import Final

from geo.sign import LifeCycle, Sector, Sign, SignKind

EMPTY_VERSION: Final = 0  # before the first import


class BadRegistry(ValueError):
    """Contents that contradict each other: an id or sector twice, an unknown sector, or another digest than stated."""


class Registry:
    """Every sign ever installed, retired ones included and flagged; immutable, so it may be shared and kept.

    `digest` is computed when None; a stated one must match, otherwise BadRegistry.
    """

    def __init__(
        self, signs: Iterable[Sign], sectors: Iterable[Sector], version: int = EMPTY_VERSION, digest: str | None = None
    ) -> None:
        self.signs: Final = tuple(sorted(signs, key=lambda sign: sign.sign_id))
        self.version: Final = version
        listed = tuple(sorted(sectors, key=lambda sector: sector.sector))
        self.sectors: Final[Mapping[str, Sector]] = MappingProxyType({one.sector: one for one in listed})
        self._by_id: Final = {sign.sign_id: sign for sign in self.signs}
        if len(self._by_id) != len(self.signs) or len(self.sectors) != len(listed):
            raise BadRegistry("an id or a sector stands twice")
        if unknown := {sign.sector for sign in self.signs} - self.sectors.keys():
            raise BadRegistry(f"unknown sectors: {sorted(unknown)}")
        self.digest: Final = digest_of(self.signs, listed)
        if digest is not None and digest != self.digest:
            raise BadRegistry(f"the contents have digest {self.digest}, not {digest}")

    def __len__(self) -> int:
        return len(self.signs)

    def __contains__(self, sign_id: object) -> bool:
        return sign_id in self._by_id

    def get(self, sign_id: str) -> Sign | None:
        """Return the sign with this canonical id, retired or not, or None."""
        return self._by_id.get(sign_id)

    def is_retired(self, sign_id: str) -> bool:
        """Whether the id is known and its sign no longer stands."""
        sign = self._by_id.get(sign_id)
        return sign is not None and sign.life is LifeCycle.RETIRED

    def in_sector(self, sector: str) -> tuple[Sign, ...]:
        """Return a sector's signs in order of id; empty for an unknown sector."""
        return self._by_sector.get(sector, ())

    def in_cell(self, cell: str) -> tuple[Sign, ...]:
        """Return the signs in an H3 cell of resolution 9, in order of id."""
        return self._by_cell.get(cell, ())

    @cached_property
    def towers(self) -> tuple[Sign, ...]:
        """The rescue towers, in order of id."""
        return tuple(sign for sign in self.signs if sign.kind is SignKind.RESCUE_TOWER)

    @cached_property
    def _by_sector(self) -> dict[str, tuple[Sign, ...]]:
        return _grouped((sign.sector, sign) for sign in self.signs)

    @cached_property
    def _by_cell(self) -> dict[str, tuple[Sign, ...]]:
        return _grouped((sign.point.cell(), sign) for sign in self.signs)


def digest_of(signs: Iterable[Sign], sectors: Iterable[Sector]) -> str:
    """Return the SHA-256 (hex) of the contents: order and version do not matter, every field does."""
    rows: list[list[object]] = [_fields(sign) for sign in signs]
    rows += [
        ["sector", one.sector, one.name, one.lends, [[f.prefix, f.digits, f.check] for f in one.id_formats]]
        for one in sectors
    ]
    rows.sort(key=lambda row: (str(row[0]), str(row[1])))
    return sha256(dumps(rows, separators=(",", ":")).encode()).hexdigest()


def _fields(sign: Sign) -> list[object]:
    notes = sign.access
    access = [notes.gate, notes.route, notes.landing_zone, notes.landowner]
    return ["sign", sign.sign_id, sign.kind, sign.sector, sign.point.lat, sign.point.lon, sign.life, *access]


def _grouped(pairs: Iterable[tuple[str, Sign]]) -> dict[str, tuple[Sign, ...]]:
    groups: defaultdict[str, list[Sign]] = defaultdict(list)
    for key, sign in pairs:
        groups[key].append(sign)
    return {key: tuple(group) for key, group in groups.items()}
