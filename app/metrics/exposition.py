"""The numbers of one process in Prometheus' text form: what was counted, and what its parts hold at this moment."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.metrics.meters import METERS
from app.services import Services, Standing
from dispatch.status import Where

Read = Callable[[Services], Iterator[Metric]]


def gauge(name: str, words: str, values: dict[str, float] | float, label: str = "") -> GaugeMetricFamily:
    """Return a gauge; with a label, one value for each of its values."""
    if not isinstance(values, dict):
        return GaugeMetricFamily(name, words, value=values)
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def board(services: Services) -> Iterator[Metric]:
    rows, now = services.view.board, services.clock.now()
    opened = [rows.incidents[one] for one in rows.open_incidents]
    places = Counter({where.value: 0 for where in Where})
    places.update(incident.where.value for incident in opened)
    waiting = [(now - one.opened_at).total_seconds() for one in opened if one.where is not Where.ASSIGNED]
    yield gauge("auxilio_incidents", "Open incidents by where they are.", dict(places), "where")
    yield gauge(
        "auxilio_oldest_waiting_seconds", "How long the incident waits that waits longest.", max(waiting, default=0)
    )
    alarms = [alarm for alarm in rows.alarms.values() if alarm.cleared_at is None]
    yield gauge("auxilio_alarms", "Alarms that are not cleared.", len(alarms))
    yield gauge(
        "auxilio_alarms_unacknowledged", "Alarms nobody has taken on.",
        sum(1 for alarm in alarms if alarm.acknowledged_at is None),
    )  # fmt: skip
    duty = sum(1 for unit in rows.units.values() if unit.on_duty)
    yield gauge("auxilio_units_on_duty", "Units on duty.", duty)
    yield gauge("auxilio_seq", "The event this process's picture stands at.", services.view.seq)
    yield gauge("auxilio_picture_age_seconds", "Since the desk was last heard.", services.picture_age_s())
    yield gauge("auxilio_holds_desk", "1 in the process that holds the desk.", services.standing is Standing.DESK)


def sockets(services: Services) -> Iterator[Metric]:
    clients = list(services.hub.clients)
    roles = Counter(client.role.value for client in clients)
    yield gauge("auxilio_sockets", "Open websockets of the stream by role.", dict(roles), "role")
    yield gauge(
        "auxilio_outbox_frames", "Frames in the fullest outbox.", max((len(one.outbox) for one in clients), default=0)
    )
    yield gauge("auxilio_outbox_bytes", "Bytes in all outboxes.", sum(one.outbox_bytes for one in clients))
    cut = CounterMetricFamily("auxilio_sockets_cut", "Readers cut off because they fell too far behind.")
    cut.add_metric([], services.hub.cut)
    yield cut


def positions(services: Services) -> Iterator[Metric]:
    yield gauge("auxilio_positions_known", "Units whose position is known.", len(services.positions.latest))
    taken = CounterMetricFamily("auxilio_positions", "Positions taken; only the newest of a second is told.")
    taken.add_metric([], services.positions.taken)
    yield taken
    lost = CounterMetricFamily("auxilio_track_samples_left_out", "Samples of tracks that found no room.")
    lost.add_metric([], services.positions.samples_left_out)
    yield lost


def lanes(services: Services) -> Iterator[Metric]:
    waiting = services.waiting()
    yield gauge("auxilio_waiting_commands", "Commands that wait here for the desk.", waiting.commands, "lane")
    yield gauge("auxilio_waiting_seconds", "How long the oldest of them has waited.", waiting.oldest_s)


def upkeep(services: Services) -> Iterator[Metric]:
    ages = {loop.name: loop.age_s for loop in services.loops.all}
    yield gauge("auxilio_loop_tick_age_seconds", "Since each loop last did its work.", ages, "loop")
    late = {loop.name: float(loop.is_late) for loop in services.loops.all}
    yield gauge("auxilio_loop_late", "1 for a loop that has stopped.", late, "loop")
    states = {name: float(state == "ok") for name, state in services.dependencies.items()}
    yield gauge("auxilio_dependency_ok", "1 for what this process rests on and reaches.", states, "dependency")
    size, idle = services.pool.get_size(), services.pool.get_idle_size()
    yield gauge("auxilio_pool_connections", "Connections to PostgreSQL.", {"busy": size - idle, "idle": idle}, "state")


READ: Final[tuple[Read, ...]] = (board, sockets, positions, lanes, upkeep)


class Now(Collector):
    """Reads the parts when asked."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        for read in READ:
            yield from read(self._services)


def expose(services: Services) -> bytes:
    """Return this process's numbers as text."""
    now = CollectorRegistry()
    now.register(Now(services))
    return generate_latest(METERS) + generate_latest(now)
