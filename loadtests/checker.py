"""The checker: what clients were promised, against what the ledger and the read tables hold.

It shares no code with the service: plain SQL, JSON and SHA-256, so that a fault of ours cannot excuse itself.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import asyncpg

from loadtests.journal import Acked, CallAcked, CallSpooled, FieldAcked, OutcomeAcked

ENDED: Final = {"offer.declined", "offer.timed_out", "assignment.cancelled", "assignment.preempted"}
TIME_OF: Final = {  # which column of an assignment proves which report
    "accepted": "acknowledged_at",
    "en_route": "en_route_at",
    "on_scene": "on_scene_at",
    "subject_contact": "subject_contact_at",
    "cleared": "cleared_at",
}
NEEDS_ALARM: Final = {"queued": "no_unit_available", "with_dispatcher": "with_dispatcher"}
# Deadlines that passed while nobody acted on them. Five seconds: the timer loop looks four times in one.
OVERDUE: Final = """
    SELECT 'assignment ' || id || ' was to be heard' AS what FROM assignments
     WHERE region = $1 AND (image->>'hear_by')::timestamptz < clock_timestamp() - interval '5 s'
    UNION ALL SELECT 'offer ' || id || ' was to be answered' FROM assignments
     WHERE region = $1 AND status = 'offered'
       AND (image->>'answer_by')::timestamptz < clock_timestamp() - interval '5 s'
    UNION ALL SELECT 'alarm ' || id || ' was to ring again' FROM alarms
     WHERE region = $1 AND cleared_at IS NULL
       AND (image->>'rearm_at')::timestamptz < clock_timestamp() - interval '5 s'
"""
CALL_FACTS: Final = "SELECT psap, psap_call_id, incident_id FROM calls WHERE region = $1 AND psap_call_id IS NOT NULL"


@dataclass(slots=True)
class Findings:
    """Every broken promise in words, by kind; all empty when all were kept."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    overlapping: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.overlapping or self.forgotten or self.broken)

    def __str__(self) -> str:
        kinds = ("lost", "doubled", "overlapping", "forgotten", "broken")
        lines = [f"{kind} {len(found)}: {found[:5]}" for kind in kinds if (found := getattr(self, kind))]
        return "; ".join(lines) or "clean"


@dataclass(slots=True)
class History:
    """What the ledger says happened, as far as promises rest on it."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    opened: Counter[int] = field(default_factory=Counter)
    out_of_order: set[tuple[str, int, str]] = field(default_factory=set)
    outcomes: set[tuple[int, str]] = field(default_factory=set)
    holds: dict[str, int] = field(default_factory=dict)
    unit_of: dict[int, str] = field(default_factory=dict)

    def take(self, line: dict[str, Any], found: Findings) -> None:
        """Follow one event."""
        kind, event = line["kind"], line["event"]
        if kind == "call.received":
            self.commands[line["command"]] += 1
            self.calls[event["call"]["psap"], event["call"]["psap_call_id"]] += 1
        elif kind == "incident.opened":
            self.opened[event["incident"]["id"]] += 1
        elif kind == "field.out_of_order":
            self.out_of_order.add((event["unit_id"], event["assignment_id"], event["status"]))
        elif kind == "incident.outcome_recorded":
            self.outcomes.add((event["incident_id"], event["outcome"]))
        elif kind == "offer.made":
            self._offer(event["assignment"], found)
        elif kind in ENDED or (kind == "assignment.moved" and event["status"] == "cleared"):
            self._end(event["assignment_id"])

    def _offer(self, assignment: dict[str, Any], found: Findings) -> None:
        unit_id, new = assignment["unit_id"], assignment["id"]
        held = self.holds.get(unit_id)
        if held is not None:
            found.overlapping.append(f"{unit_id} was offered {new} while it held {held}")
        self.holds[unit_id], self.unit_of[new] = new, unit_id

    def _end(self, assignment_id: int) -> None:
        unit_id = self.unit_of.get(assignment_id, "")
        if self.holds.get(unit_id) == assignment_id:
            del self.holds[unit_id]


async def check(dsn: str, region: str, promises: Iterable[Acked]) -> Findings:
    """Compare everything in one snapshot. Raises OSError, PostgresError."""
    found = Findings()
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=60)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            history = await _read_ledger(connection, region, found)
            await _check_promises(connection, region, list(promises), history, found)
            await _check_units(connection, region, found)
            await _check_places(connection, region, found)
            found.forgotten += [row["what"] for row in await connection.fetch(OVERDUE, region)]
    finally:
        await connection.close()
    return found


async def _read_ledger(connection: "asyncpg.Connection[asyncpg.Record]", region: str, found: Findings) -> History:
    """Follow the whole ledger: no gap, an unbroken chain that ends at the head row, and no unit held twice."""
    history, seq, chained = History(), 0, b""
    async for row in connection.cursor("SELECT seq, body, hash FROM ledger WHERE region = $1 ORDER BY seq", region):
        body = str(row["body"])
        line = json.loads(body)
        seq, chained = seq + 1, sha256(chained + body.encode()).digest()
        if (row["seq"], line["seq"]) != (seq, seq):
            found.broken.append(f"event {row['seq']} stands where {seq} should")
        if row["hash"] != chained:
            found.broken.append(f"event {seq} breaks the chain")
            chained = row["hash"]
        history.take(line, found)
    head = await connection.fetchrow("SELECT seq, hash FROM ledger_head WHERE region = $1", region)
    if head is None or (head["seq"], head["hash"]) != (seq, chained):
        found.broken.append(f"the head row is not the ledger's end, {seq}")
    found.doubled += [f"call {key} was received {n} times" for key, n in history.calls.items() if n > 1 and key[1]]
    found.doubled += [f"incident {key} was opened {n} times" for key, n in history.opened.items() if n > 1]
    return history


async def _check_promises(
    connection: "asyncpg.Connection[asyncpg.Record]",
    region: str,
    promises: list[Acked],
    history: History,
    found: Findings,
) -> None:
    stored: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row in await connection.fetch(CALL_FACTS, region):
        stored[row["psap"], row["psap_call_id"]].append(row["incident_id"])
    found.doubled += [f"call {key} has {len(ids)} rows" for key, ids in stored.items() if len(ids) > 1]
    incidents = {r["id"] for r in await connection.fetch("SELECT id FROM incidents WHERE region = $1", region)}
    rows = await connection.fetch("SELECT id, image::text FROM assignments WHERE region = $1", region)
    assignments = {row["id"]: json.loads(row["image"]) for row in rows}
    for told in promises:
        match told:
            case CallAcked(psap, call_id, incident_id):
                held = stored.get((psap, call_id), [])
                if not history.calls[psap, call_id] or incident_id not in held or incident_id not in incidents:
                    found.lost.append(f"call {call_id} was answered with incident {incident_id}, stored under {held}")
            case CallSpooled(spool_id) if not history.commands[spool_id]:
                found.lost.append(f"the call spooled as {spool_id}")
            case CallSpooled(spool_id) if history.commands[spool_id] > 1:
                found.doubled.append(f"the call spooled as {spool_id}")
            case FieldAcked(unit_id, assignment_id, status):
                image = assignments.get(assignment_id, {})
                late = (unit_id, assignment_id, status) in history.out_of_order
                if not late and not (image.get("unit_id") == unit_id and image.get(TIME_OF[status])):
                    found.lost.append(f"{unit_id}: {status} on assignment {assignment_id}")
            case OutcomeAcked(incident_id, outcome):
                if (incident_id, outcome) not in history.outcomes:
                    found.lost.append(f"outcome {outcome} of incident {incident_id}")
    told_of = defaultdict(set)
    for told in promises:
        if isinstance(told, CallAcked):
            told_of[told.call_id].add(told.incident_id)
    found.doubled += [f"call {key} was answered with incidents {ids}" for key, ids in told_of.items() if len(ids) > 1]


async def _check_units(connection: "asyncpg.Connection[asyncpg.Record]", region: str, found: Findings) -> None:
    """P2 in the read tables."""
    rows = await connection.fetch(
        "SELECT unit_id, array_agg(id) AS ids FROM assignments WHERE region = $1 AND active"
        " GROUP BY unit_id HAVING count(*) > 1",
        region,
    )
    found.overlapping += [f"{row['unit_id']} holds {row['ids']}" for row in rows]


async def _check_places(connection: "asyncpg.Connection[asyncpg.Record]", region: str, found: Findings) -> None:
    """P3: every open incident is in exactly the place its assignments say, and where it waits, an alarm is armed."""
    active: defaultdict[int, list[str]] = defaultdict(list)
    for row in await connection.fetch(
        "SELECT incident_id, status FROM assignments WHERE region = $1 AND active", region
    ):
        active[row["incident_id"]].append(row["status"])
    armed = {
        (row["incident_id"], row["kind"])
        for row in await connection.fetch(
            "SELECT incident_id, kind FROM alarms WHERE region = $1 AND cleared_at IS NULL"
            " AND (image->>'acknowledged_at' IS NULL OR image->>'rearm_at' IS NOT NULL)",
            region,
        )
    }
    for row in await connection.fetch("SELECT id, place_in FROM incidents WHERE region = $1", region):
        incident_id, place = row["id"], row["place_in"]
        statuses = active.get(incident_id, [])
        expected = "assigned" if set(statuses) - {"offered"} else "offered" if statuses else None
        if expected is not None and place != expected:
            found.forgotten.append(f"incident {incident_id} is {place}, its units say {expected}")
        elif expected is None and place in ("offered", "assigned"):
            found.forgotten.append(f"incident {incident_id} is {place}, and nobody is on it")
        elif place in NEEDS_ALARM and (incident_id, NEEDS_ALARM[place]) not in armed:
            found.forgotten.append(f"incident {incident_id} is {place}, and nothing rings")
    orphans = await connection.fetch(
        "SELECT c.id FROM calls AS c LEFT JOIN incidents AS i ON i.region = c.region AND i.id = c.incident_id"
        " WHERE c.region = $1 AND i.id IS NULL",
        region,
    )
    found.forgotten += [f"call {row['id']} has no incident" for row in orphans]
