"""The numbers of a parent and its children in one text: every sample says which process it is of."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector


class Watched(Protocol):
    """A child as its numbers need it."""

    name: str
    restarts: int
    blocked: int

    @property
    def silent_s(self) -> float | None: ...

    async def show(self) -> str | None: ...


class Merged(Collector):
    """Metrics of the same name become one, each sample with the label `process`."""

    def __init__(self, told: Iterable[tuple[str, str]]) -> None:
        self._told = list(told)

    def collect(self) -> Iterator[Metric]:
        merged: dict[str, Metric] = {}
        for process, text in self._told:
            for family in text_string_to_metric_families(text):
                into = merged.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    if not sample.name.endswith("_created"):
                        into.add_sample(sample.name, {**sample.labels, "process": process}, sample.value)
        yield from merged.values()


class Watch(Collector):
    """What the parent itself knows of its children."""

    def __init__(self, wards: Sequence[Watched]) -> None:
        self._wards = wards

    def collect(self) -> Iterator[Metric]:
        silent = GaugeMetricFamily(
            "auxilio_child_silent_seconds", "Since a child's event loop last turned.", labels=["process"]
        )
        restarts = CounterMetricFamily("auxilio_child_restarts", "Children started again.", labels=["process"])
        blocked = CounterMetricFamily(
            "auxilio_child_blocked", "Children killed because their loop was blocked.", labels=["process"]
        )
        for ward in self._wards:
            if ward.silent_s is not None:
                silent.add_metric([ward.name], ward.silent_s)
            restarts.add_metric([ward.name], ward.restarts)
            blocked.add_metric([ward.name], ward.blocked)
        yield from (silent, restarts, blocked)


async def of_wards(wards: Sequence[Watched]) -> bytes:
    """Return the numbers of all children; one that does not answer is left out, and its silence shows."""
    told = await asyncio.gather(*(ward.show() for ward in wards))
    registry = CollectorRegistry()
    registry.register(Watch(wards))
    registry.register(Merged((ward.name, text) for ward, text in zip(wards, told, strict=True) if text is not None))
    return generate_latest(registry)
