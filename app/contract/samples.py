"""Examples for the documents: real rows, written by the codec that writes the ledger, so an example cannot be wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from app.codec import to_json
from dispatch.entities import Alarm, Alert, Assignment, Call, Incident, Party, Place, SectorRow, Unit
from dispatch.events import CallReceived, OfferMade
from dispatch.recommend import Recommendation
from dispatch.status import AlarmKind, AssignmentStatus, IncidentStatus, Kind, MustHear, Primary, Where
from geo.nearest import Pick
from geo.place import Candidate, PlaceState, Resolution
from geo.point import Point
from geo.sign import AccessNotes, Sign, SignKind

AT: Final = datetime(2026, 11, 22, 14, 3, 7, 250_000, tzinfo=UTC)
LEDGER: Final = "0d6e5f0a-5c53-4d0e-9c3c-2f6c2b1e7a10"
SEALED: Final = "b5a1f9c2-7d11-4a55-9f0e-61a0a8f3c001"
COMMAND: Final = "3f0a9c1e-2b7d-4c58-8a51-0d6a54a3b9ee"


def plain(value: Any) -> Any:
    """Return a value as JSON values."""
    return orjson.loads(to_json(value, orjson.OPT_UTC_Z))


POINT: Final = Point(31.7321, -111.2103)
SIGN: Final = Sign("TUC-417", SignKind.LAND_PLACARD, "TUC", POINT, access=AccessNotes(gate="ranch gate, chain lock"))
CANDIDATE: Final = Candidate("TUC-417", POINT, "TUC", 0.98, 41.5)
PLACE: Final = Place(POINT, PlaceState.CONFIRMED, "stated", POINT.cell(), "TUC-417", "TUC")
PARTY: Final = Party(adults=1, children=1)
CALL: Final = Call(
    id=71, incident_id=72, psap="psap-1", psap_call_id="TPD-2026-004711", kind=Kind.REAL, received_at=AT,
    recorded_at=AT, sealed=SEALED, digest="9f" * 32, caller="c_6fT1n0wQ", language="es", party=PARTY, needs=("medic",),
    state=PlaceState.CONFIRMED, reason="device_agrees", candidates=(CANDIDATE,), has_device=True, registry_version=1,
)  # fmt: skip
ALERT: Final = Alert(81, 82, "TUCR-07", ("7f3a-0001",), Kind.REAL, AT, AT, SEALED)
INCIDENT: Final = Incident(
    id=72, kind=Kind.REAL, type="SAR", priority=5, received_at=AT, opened_at=AT, where=Where.OFFERED,
    status=IncidentStatus.ACTIVE, sector="TUC", place=PLACE, candidates=(CANDIDATE,), needs=("medic",), party=PARTY,
    calls=(71,), assignments=(73,), version=73, ages_at=AT + timedelta(minutes=20),
)  # fmt: skip
ASSIGNMENT: Final = Assignment(
    73, 72, "U12", AssignmentStatus.OFFERED, AT, "auto", AT + timedelta(seconds=60), MustHear.OFFER, 73,
    AT + timedelta(seconds=10),
)  # fmt: skip
UNIT: Final = Unit(
    "U12", "truck", "TUC", "TUC-A", Point(31.9, -111.1), ("medic", "water"), on_duty=True, assignment_id=73,
    primary=Primary.CONDITIONALLY_AVAILABLE, secondary="Assigned",
)  # fmt: skip
ALARM: Final = Alarm(90, AlarmKind.NOT_REACHED, AT, "no device connected", 72, "U12", sector="TUC")
SECTOR: Final = SectorRow("TUC", "Tucson")
PICK: Final = Pick("U12", "TUC", Point(31.9, -111.1), 1260.0, 21_350.0, 12.0, is_stale=False)
RECOMMENDATION: Final = Recommendation("TUC-417", POINT, PlaceState.CONFIRMED, (PICK,), {"off duty": 41, "busy": 3})
RESOLUTION: Final = Resolution(PlaceState.PROBABLE, (CANDIDATE,), "exact")
POSITION: Final[dict[str, Any]] = {
    "unit_id": "U12",
    "lat": 31.9012,
    "lon": -111.1034,
    "fixed_at": "2026-11-22T14:03:05Z",
    "accuracy_m": 8.0,
    "source": None,
}
UNRECORDED: Final[dict[str, Any]] = {
    "id": COMMAND,
    "what": "call",
    "at": "2026-11-22T14:03:07.250000Z",
    "kind": "real",
    "sender": "psap-1",
    "sector": "TUC",
    "place": plain(PLACE),
    "needs": ["medic"],
}
FRAME: Final[dict[str, Any]] = {
    "seq": 73,
    "at": "2026-11-22T14:03:07.250000Z",
    "kind": "offer.made",
    "v": 2,
    "command": COMMAND,
    "by": "psap-1",
    "event": plain(OfferMade(ASSIGNMENT, (PICK,), {"busy": 3})),
    "after": {"incidents": [plain(INCIDENT)], "assignments": [plain(ASSIGNMENT)], "units": [plain(UNIT)]},
}
LEDGER_LINE: Final[dict[str, Any]] = {
    **{key: FRAME[key] for key in ("at", "command", "by")},
    "v": 1,
    "seq": 71,
    "kind": "call.received",
    "event": plain(CallReceived(CALL, joined=False)),
}
