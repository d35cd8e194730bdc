"""What configures the board: units, sectors, modes, the registry."""

from datetime import datetime

from dispatch.board import Board
from dispatch.commands import ConfigureSectors, RecordRegistryImport, RegisterUnits, SetMode
from dispatch.entities import Unit
from dispatch.errors import not_found
from dispatch.events import RegistryImported, SectorConfigured, SectorModeChanged, UnitRegistered
from dispatch.rules.matching import match_units, route
from dispatch.rules.turn import Turn
from dispatch.status import Held, Mode

CONFIGURED = ("kind", "sector", "station", "home", "capabilities")


def register_units(board: Board, command: RegisterUnits, now: datetime) -> Turn:
    """Make units known, or change what is configured of them; what they are doing stays."""
    changed = [unit for unit in command.units if _differs(board.units.get(unit.id), unit)]
    for unit in changed:
        yield UnitRegistered(unit)
    yield from match_units(board, [unit.id for unit in changed], now)
    return {"units": len(command.units), "changed": len(changed)}


def _differs(known: Unit | None, unit: Unit) -> bool:
    return known is None or any(getattr(known, name) != getattr(unit, name) for name in CONFIGURED)


def configure_sectors(board: Board, command: ConfigureSectors, now: datetime) -> Turn:
    for sector in command.sectors:
        if board.sectors.get(sector.id) != sector:
            yield SectorConfigured(sector)
    yield from match_units(board, list(board.units), now)
    return {"sectors": len(command.sectors)}


def set_mode(board: Board, command: SetMode, now: datetime) -> Turn:
    """Change how a sector assigns; on `auto`, what only waited for the key goes on."""
    sector = board.sectors.get(command.sector_id)
    if sector is None:
        raise not_found("sector", command.sector_id)
    if sector.mode is not command.mode:
        yield SectorModeChanged(sector.id, command.mode)
        if command.mode is Mode.AUTO:
            waiting = [i for i in sorted(board.open_incidents) if board.incidents[i].held is Held.RECOMMENDATION]
            for incident_id in waiting:
                if board.incidents[incident_id].sector == sector.id:
                    yield from route(board, incident_id, now)
    return {"sector_id": sector.id, "mode": command.mode}


def record_registry_import(board: Board, command: RecordRegistryImport, now: datetime) -> Turn:  # noqa: ARG001
    yield RegistryImported(command.version, command.digest, command.signs)
    return {"version": command.version, "signs": command.signs}
