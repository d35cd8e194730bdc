"""What configures the board: units, sectors, modes, the registry."""

from datetime import datetime

from msgspec.structs import replace

from dispatch.board import Board, open_only
from dispatch.commands import ConfigureSectors, RecordRegistryImport, RegisterUnits, SetMode
from dispatch.entities import Incident, Unit
from dispatch.errors import Code, Refusal, not_found
from dispatch.events import RegistryImported, SectorConfigured, SectorModeChanged, UnitRegistered
from dispatch.indexes import configured
from dispatch.queue import place_in_line
from dispatch.rules.matching import match_units, route
from dispatch.rules.turn import Turn
from dispatch.status import Held
from geo.travel import KIND_CODES


def register_units(board: Board, command: RegisterUnits, now: datetime) -> Turn:
    """Make units known, or change what is configured of them; what they are doing stays."""
    for unit in command.units:
        if unit.kind not in KIND_CODES:
            message = f"{unit.id} is a {unit.kind!r}, which nobody has given a speed"
            raise Refusal(Code.INVALID, message, field="kind", allowed=tuple(KIND_CODES))
    fresh = [unit for unit in command.units if _differs(board.units.get(unit.id), unit)]
    for unit in fresh:
        yield UnitRegistered(replace(unit, assignment_id=None, answering=True, missed=0))
    yield from match_units(board, [unit.id for unit in fresh], now)
    return {"units": len(command.units), "changed": len(fresh)}


def _differs(known: Unit | None, unit: Unit) -> bool:
    return known is None or configured(known) != configured(unit)


def configure_sectors(board: Board, command: ConfigureSectors, now: datetime) -> Turn:
    """Make sectors known, or change what is configured of them; the mode a dispatcher set stays."""
    for sector in command.sectors:
        known = board.sectors.get(sector.id)
        row = sector if known is None else replace(sector, mode=known.mode)
        if known != row:
            yield SectorConfigured(row)
    yield from match_units(board, list(board.units), now)
    return {"sectors": len(command.sectors)}


def set_mode(board: Board, command: SetMode, now: datetime) -> Turn:
    """Change how a sector assigns: on `auto` what waited for the key goes on, on `recommend` what waits gets one."""
    sector = board.sectors.get(command.sector_id)
    if sector is None:
        raise not_found("sector")
    if sector.mode is not command.mode:
        yield SectorModeChanged(sector.id, command.mode)
        here = [i for i in open_only(board, board.open_incidents) if i.sector == sector.id]
        for incident in sorted(here, key=place_in_line):
            if _depends_on_mode(board, incident):
                yield from route(board, incident.id, now)
    return {"sector_id": sector.id, "mode": command.mode}


def _depends_on_mode(board: Board, incident: Incident) -> bool:
    return incident.held in (Held.RECOMMENDATION, Held.POSSIBLE_DUPLICATE) or incident.id in board.queue


def record_registry_import(board: Board, command: RecordRegistryImport, now: datetime) -> Turn:  # noqa: ARG001
    yield RegistryImported(command.version, command.digest, command.signs)
    return {"version": command.version, "signs": command.signs}
