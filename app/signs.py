"""The registry and its resolver as this process has them; replaced whole when an import is announced."""

from time import monotonic, perf_counter
from typing import Final

from app.metrics.meters import RESOLVE_S
from app.store.pool import Connection
from app.store.statements import statement
from geo.id_format import canonical
from geo.place import DeviceFix, PlaceState, Resolution
from geo.point import Point
from geo.registry import Registry
from geo.resolve import Resolver
from geo.sign import AccessNotes, LifeCycle, Sector, Sign, SignKind

DONE: Final = object()
NOTHING_SAID = Resolution(PlaceState.UNVERIFIED, (), "nothing_said")


class Signs:
    """Answers what a sign id means. `version` is the registry's, and rides in every command that rests on it."""

    def __init__(self, sectors: tuple[Sector, ...]) -> None:
        self._sectors = sectors
        self._formats = tuple(f for sector in sectors for f in sector.id_formats)
        self.sector_ids = tuple(sector.sector for sector in sectors)
        self._replace(Registry((), sectors, 0))

    def _replace(self, registry: Registry) -> None:
        self.registry = registry
        self._resolver = Resolver(registry)
        self._rehearsal = self._resolver.rehearse()

    def rehearse(self, until_s: float) -> None:
        """Let the resolver hear a few more signs in advance, up to an instant of the monotonic clock."""
        while monotonic() < until_s and next(self._rehearsal, DONE) is not DONE:
            pass

    @property
    def version(self) -> int:
        return self.registry.version

    @property
    def sectors(self) -> tuple[Sector, ...]:
        return self._sectors

    async def load(self, connection: Connection, region: str) -> None:
        """Read the registry as last imported."""
        newest = await connection.fetchrow(statement("last_registry"), region)
        rows = await connection.fetch(statement("load_placards"), region)
        signs = [
            Sign(
                row["sign_id"],
                SignKind(row["kind"]),
                row["sector"],
                Point(row["lat"], row["lon"]),
                LifeCycle(row["life"]),
                AccessNotes(row["gate"], row["route"], row["landing_zone"], row["landowner"]),
            )
            for row in rows
        ]
        self._replace(Registry(signs, self._sectors, newest["version"] if newest else 0))

    def find(self, text: str) -> Sign | None:
        """Return the sign with this id, however it is written."""
        found = self.registry.get(text)
        if found is None:
            written = canonical(text, self._formats)
            found = self.registry.get(written) if written else None
        return found

    def resolve(
        self, said: str | None, device: DeviceFix | None, sectors: tuple[str, ...], *, read_back: bool = False
    ) -> Resolution:
        """Resolve what was read out; without words there is nothing to resolve, whatever the device says."""
        if not said:
            return NOTHING_SAID
        began = perf_counter()
        found = self._resolver.resolve(said, device, sectors, read_back)
        RESOLVE_S.observe(perf_counter() - began)
        return found
