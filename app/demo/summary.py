"""The last words of the demo."""

from collections.abc import Iterator

from app.demo.audit import Audit
from app.demo.tally import Tally, percentile


def summary(tally: Tally, audit: Audit, restarts: int) -> Iterator[str]:
    """Yield the lines of the summary, the verdict last."""
    unanswered = tally.seen("offer.timed_out") + tally.withdrawn
    first = f"{tally.first_answer_s:.1f} s after the start" if tally.first_answer_s is not None else "none"
    yield "Summary"
    yield (
        f"  calls      posted {tally.calls_posted}, acknowledged {tally.calls_acknowledged}, in the ledger"
        f" {audit.recorded}; lost {len(audit.lost)}, doubled {len(audit.doubled)};"
        f" sent again or updated {tally.repeats}"
    )
    yield f"  towers     presses {tally.presses_posted}, acknowledged {tally.presses_acknowledged}"
    yield (
        f"  offers     {tally.seen('offer.made')}: accepted {tally.seen('offer.accepted')}, declined"
        f" {tally.seen('offer.declined')}, unanswered {unanswered} (each given to another unit)"
    )
    yield (
        f"  incidents  opened {tally.seen('incident.opened')}, closed with an outcome"
        f" {tally.seen('incident.outcome_recorded')}, merged {tally.seen('incident.merged')},"
        f" still open {tally.left_open}"
    )
    answer, wire = tally.to_answer_ms, tally.to_socket_ms
    yield (
        f"  times      post to answer p50 {percentile(answer, 0.5):.1f} ms, p99 {percentile(answer, 0.99):.1f} ms;"
        f" post to the unit's socket p50 {percentile(wire, 0.5):.1f} ms, p99 {percentile(wire, 0.99):.1f} ms"
    )
    yield f"  start      first answered call {first}"
    for what, count in sorted(tally.odd.items()):
        yield f"  odd        {what}: {count}"
    if restarts:
        yield f"  service    ended {restarts} times and was started again"
    ledger = audit.ledger
    verdict = "chain sound, folds to the read tables" if ledger.is_sound else f"{len(ledger.faults)} FAULTS"
    yield (
        f"  ledger     {ledger.events} events, {ledger.rows} rows: {verdict}; units held twice"
        f" {len(audit.units_twice)}; reports acknowledged in all runs {audit.all_runs}"
    )
    yield from (f"  {fault}" for fault in audit.faults())
    yield "Nothing lost, nothing doubled." if audit.is_clean else "THE BOOKS DO NOT BALANCE."
