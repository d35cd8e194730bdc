"""What is counted while it happens, once a process. Everything else is read off the parts when somebody asks."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

METERS: Final = CollectorRegistry()

# Seconds. The first half tells a good day from a bad one, the second half a bad one from an outage.
QUICK: Final = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1.0, 2.5, 10.0)
HUMAN: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)

APPEND_S: Final = Histogram(
    "auxilio_append_seconds", "From sending a turn to PostgreSQL until its commit is known.", buckets=QUICK,
    registry=METERS,
)  # fmt: skip
APPEND_COMMANDS: Final = Histogram(
    "auxilio_append_commands", "Commands answered by one append.", buckets=(1, 2, 4, 8, 16, 32, 64, 128),
    registry=METERS,
)  # fmt: skip
APPENDS_REFUSED: Final = Counter(
    "auxilio_appends_refused", "Appends that PostgreSQL refused; each command of it was tried alone.", registry=METERS
)
APPENDS_UNKNOWN: Final = Counter(
    "auxilio_appends_unrecorded", "Appends lost on their way: certainly not recorded, and decided again.",
    registry=METERS,
)  # fmt: skip
OFFER_S: Final = Histogram(
    "auxilio_offer_seconds", "From a report's receipt to the first offer of its incident (processing, NFPA 1225).",
    buckets=HUMAN, registry=METERS,
)  # fmt: skip
TURNOUT_S: Final = Histogram(
    "auxilio_turnout_seconds", "From an offer to the unit being on its way.", buckets=HUMAN, registry=METERS
)
RESOLVE_S: Final = Histogram("auxilio_resolve_seconds", "Resolving what was read out.", buckets=QUICK, registry=METERS)
REPORTS: Final = Counter(
    "auxilio_reports", "Distress reports answered, by what the sender was told.", ["said"], registry=METERS
)
LOOP_LAG_S: Final = Histogram(
    "auxilio_event_loop_lag_seconds", "How much later than asked the event loop turned.", buckets=QUICK, registry=METERS
)
TRACE_SPANS: Final = Counter(
    "auxilio_trace_spans", "Spans by what became of them; none while tracing is off.", ["became"], registry=METERS
)


def count_report(said: str) -> None:
    """Count a report by what its sender was told: an answer's outcome, `spooled`, `unavailable`."""
    REPORTS.labels(said).inc()
