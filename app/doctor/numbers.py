"""The service's numbers, where it serves them: what queues, who falls behind, which child hangs."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from app.doctor import advice
from app.doctor.finding import Finding, ok, unseen, warn, wrong
from app.doctor.scene import Scene
from app.doctor.units import count, span
from app.metrics.port import HOST
from app.parent.ward import WORRY_S
from app.stream.hub import OUTBOX_FRAMES_MAX

ANSWER_S: Final = 3.0  # the parent gives each child one
LATE_S: Final = 1.0  # a command that waits longer for the desk: half of what a call waits before it is spooled
LINKED_MAX: Final = 1_000  # commands that wait: some seconds of the highest rate measured


@dataclass(frozen=True, slots=True)
class Bound:
    """One number that is to stay under a bound, the worst of all processes; `say` puts it in words."""

    metric: str
    most: float
    say: Callable[[float], str]
    do: str


BOUNDS: Final = (
    Bound(
        "auxilio_waiting_commands", LINKED_MAX, lambda n: f"commands that wait for the desk: {n:.0f}",
        "More comes in than is recorded: look at PostgreSQL's disk and at who sends so much.",
    ),
    Bound(
        "auxilio_waiting_seconds", LATE_S, lambda n: f"the oldest of them waits {n:.1f} s",
        "The desk or PostgreSQL is slow: see their lines.",
    ),
    Bound(
        "auxilio_outbox_frames", OUTBOX_FRAMES_MAX / 2, lambda n: f"frames in the fullest outbox: {n:.0f}",
        "A screen or a phone reads too slowly. At the bound it is cut off and comes back; look at its network.",
    ),
    Bound(
        "auxilio_child_silent_seconds", WORRY_S, lambda n: f"a child's loop last turned {n:.1f} s ago",
        "It hangs; the watch replaces it after AUXILIO_BLOCKED_S.",
    ),
)  # fmt: skip


async def look(scene: Scene) -> AsyncIterator[Finding]:
    port = scene.settings.metrics_port
    if not port:
        yield unseen("queues and outboxes: no numbers are served; AUXILIO_METRICS_PORT=9911 would show them")
        return
    try:
        async with httpx.AsyncClient(timeout=ANSWER_S, trust_env=False) as http:
            text = (await http.get(f"http://{HOST}:{port}/metrics")).raise_for_status().text
    except httpx.HTTPError as error:
        said = "does not answer" if isinstance(error, httpx.TimeoutException) else "is not there"
        yield warn(
            f"the service's numbers at {HOST}:{port}: {said}", "Start the service with this setting.", advice.start()
        )
        return
    for finding in findings(worst(text)):
        yield finding


def worst(text: str) -> dict[str, float]:
    """Return each number's worst value of all processes and labels; of those that are counted by label, the sum."""
    found: dict[str, float] = {}
    by_process: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "auxilio_waiting_commands":
                by_process[sample.labels.get("process", "")] += sample.value
            found[sample.name] = max(sample.value, found.get(sample.name, 0.0))
    return found | {"auxilio_waiting_commands": max(by_process.values(), default=0.0)}


def findings(numbers: dict[str, float]) -> Iterator[Finding]:
    """Hold the numbers against their bounds."""
    fine = []
    for bound in BOUNDS:
        value = numbers.get(bound.metric)
        if value is None:
            continue
        if value > bound.most:
            yield warn(bound.say(value), bound.do)
        else:
            fine.append(bound.say(value))
    if fine:
        yield ok("; ".join(fine))
    blocked = numbers.get("auxilio_child_blocked_total", 0.0)
    if blocked:
        said = f"a child hung and was replaced {count(int(blocked), 'time')} since the start"
        yield warn(said, "The service's log says what it was busy with.", advice.logs())
    unsaid = numbers.get("auxilio_picture_age_seconds", 0.0)
    if unsaid > LATE_S * 10:
        yield wrong(f"a process's picture is {span(unsaid)} old: its screens say so", "See the lines about the desk.")
