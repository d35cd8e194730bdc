"""Folding units' duty and what configures the board."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from dispatch import events as e
from dispatch.board import Board
from dispatch.fold.settle import put_unit


def registered(board: Board, event: e.UnitRegistered, _at: datetime) -> None:
    known = board.units.get(event.unit.id)
    if known is None:
        put_unit(board, event.unit)
        return
    # What is configured is replaced, what the unit is doing stays.
    put_unit(
        board,
        event.unit,
        on_duty=known.on_duty,
        answering=known.answering,
        missed=known.missed,
        assignment_id=known.assignment_id,
    )


def duty_changed(board: Board, event: e.UnitDutyChanged, _at: datetime) -> None:
    put_unit(board, board.units[event.unit_id], on_duty=event.on_duty, answering=True, missed=0)


def answering(board: Board, event: e.UnitAnswering, _at: datetime) -> None:
    put_unit(board, board.units[event.unit_id], answering=True, missed=0)


def sector_configured(board: Board, event: e.SectorConfigured, _at: datetime) -> None:
    board.put(event.sector)


def mode_changed(board: Board, event: e.SectorModeChanged, _at: datetime) -> None:
    board.put(replace(board.sectors[event.sector_id], mode=event.mode))


def registry_imported(board: Board, event: e.RegistryImported, _at: datetime) -> None:
    board.registry_version = event.version


FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    e.UnitRegistered: registered,
    e.UnitDutyChanged: duty_changed,
    e.UnitAnswering: answering,
    e.SectorConfigured: sector_configured,
    e.SectorModeChanged: mode_changed,
    e.RegistryImported: registry_imported,
}
