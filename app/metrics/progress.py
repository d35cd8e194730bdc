"""How long incidents take from step to step (NFPA 1225), counted as their events are committed."""

from collections.abc import Iterable

from app.frames import Frame
from app.metrics.meters import OFFER_S, TURNOUT_S
from dispatch.board import Board
from dispatch.events import AssignmentMoved, OfferMade
from dispatch.status import AssignmentStatus


def count_progress(board: Board, frames: Iterable[Frame]) -> None:
    """Count an incident's first offer since its report, and a unit's first move since its offer."""
    for frame in frames:
        match frame.recorded.event:
            case OfferMade(assignment=made):
                incident = board.incidents.get(made.incident_id)
                if incident is not None and incident.assignments[:1] == (made.id,):
                    OFFER_S.observe((frame.recorded.at - incident.received_at).total_seconds())
            case AssignmentMoved(assignment_id=moved, status=AssignmentStatus.EN_ROUTE):
                assignment = board.assignments.get(moved)
                if assignment is not None:
                    TURNOUT_S.observe((frame.recorded.at - assignment.offered_at).total_seconds())
            case _:
                pass
