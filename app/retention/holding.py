"""Whose a sealed value is: the call's, the alert's or the incident's it was sent with. Its time runs from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.codec import incident_of
from app.requests import Request
from dispatch.board import Board
from dispatch.events import AlertReceived, AlertRepeated, CallReceived, CallUpdated, Event


@dataclass(frozen=True, slots=True)
class Holding:
    """`number` is the keyed digest of the callback number, where there is a usable one."""

    sealed: UUID
    holder_kind: str
    holder_id: int
    number: bytes | None = None


def holdings_of(request: Request, events: Sequence[Event], board: Board) -> list[Holding]:
    """Return a holding for each value of a request that led to these events; the board already holds them."""
    if not request.sealed:
        return []
    holder = _holder(events, board)
    if holder is None:
        return []
    return [Holding(value.id, *holder, request.caller_hash) for value in request.sealed]


def _holder(events: Sequence[Event], board: Board) -> tuple[str, int] | None:
    """Return the call or alert that was told of, which may be moved to another incident; else the incident."""
    for event in events:
        match event:
            case CallReceived(call=call) | CallUpdated(call=call):
                return "call", call.id
            case AlertReceived(alert=alert):
                return "alert", alert.id
            case AlertRepeated(alert_id=alert_id):
                return "alert", alert_id
            case _:
                continue
    found = next((n for n in (incident_of(event, board) for event in events) if n is not None), None)
    return None if found is None else ("incident", found)
