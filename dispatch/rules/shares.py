"""Mutual aid: one sector asks another to help with one incident, and both agree. It ends with the incident only.

Who helps sees the incident and handles it, and its units may be picked although it lends none in general.
"""

from datetime import datetime

from msgspec.structs import replace

from dispatch.board import Board
from dispatch.commands import AgreeShare, DeclineShare, OfferShare
from dispatch.entities import Share
from dispatch.errors import Code, Refusal, not_found
from dispatch.events import ShareAgreed, ShareDeclined, ShareOffered
from dispatch.rules.alarms import alarm
from dispatch.rules.incident import find_open
from dispatch.rules.matching import match_incident
from dispatch.rules.turn import Turn
from dispatch.status import AlarmKind


def offer_share(board: Board, command: OfferShare, now: datetime) -> Turn:
    """Ask; an alarm rings over there until somebody answers."""
    incident = find_open(board, command.incident_id)
    if command.sector not in board.sectors:
        raise not_found("sector")
    if command.sector == incident.sector:
        raise Refusal(Code.INVALID, "it is that sector's already", field="sector")
    if any(share.sector == command.sector for share in incident.shares):
        raise Refusal(Code.ALREADY_DONE, "that sector was asked already", field="sector")
    raised = alarm(
        board, AlarmKind.SHARE_OFFERED, now, incident=incident, reason=f"{incident.sector or '?'} → {command.sector}"
    )
    yield ShareOffered(incident.id, command.sector, replace(raised, sector=command.sector))
    return {"incident_id": incident.id, "sector": command.sector}


def agree_share(board: Board, command: AgreeShare, now: datetime) -> Turn:
    """Say yes; an incident that waits may get one of the helper's units at once."""
    incident = find_open(board, command.incident_id)
    if _offered(board, incident.id, command.sector).agreed_at is None:
        yield ShareAgreed(incident.id, command.sector)
        yield from match_incident(board, incident.id, now)
    return {"incident_id": incident.id, "sector": command.sector}


def decline_share(board: Board, command: DeclineShare, now: datetime) -> Turn:  # noqa: ARG001 - one signature for all rules
    """Say no, or take the question back. What was agreed on stays until the incident closes."""
    incident = find_open(board, command.incident_id)
    if _offered(board, incident.id, command.sector).agreed_at is not None:
        message = "both have agreed; it ends when the incident closes"
        raise Refusal(Code.NOT_ALLOWED_NOW, message, field="sector", allowed=("outcome",))
    yield ShareDeclined(incident.id, command.sector)
    return {"incident_id": incident.id, "sector": command.sector}


def _offered(board: Board, incident_id: int, sector: str) -> Share:
    found = next((share for share in board.incidents[incident_id].shares if share.sector == sector), None)
    if found is None:
        raise not_found("share")
    return found
