"""Finding the incident a request is about, or refusing."""

from dispatch.board import Board
from dispatch.entities import Incident
from dispatch.errors import Code, Refusal, not_found


def find(board: Board, incident_id: int, version: int | None = None) -> Incident:
    """Return the incident. Raises Refusal when unknown, or changed since the person saw it."""
    incident = board.incidents.get(incident_id)
    if incident is None:
        raise not_found("incident")
    if version is not None and version != incident.version:
        raise Refusal(
            Code.STALE,
            f"incident {incident_id} is at version {incident.version}, you saw {version}",
            field="version",
            allowed=(f"version={incident.version}",),
        )
    return incident


def find_open(board: Board, incident_id: int, version: int | None = None) -> Incident:
    """Return the incident if it is open. Raises Refusal."""
    incident = find(board, incident_id, version)
    if not incident.is_open:
        raise Refusal(
            Code.NOT_ALLOWED_NOW, f"incident {incident_id} is {incident.status}", field="incident", allowed=("reopen",)
        )
    return incident
