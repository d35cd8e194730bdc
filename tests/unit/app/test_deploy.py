"""What `deploy/` names exists: every metric of the dashboard and of the alerts is one the service shows."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.metrics import MetricWrapperBase

from app.metrics import exposition, family, meters

DEPLOY = Path(__file__).parents[3] / "deploy"
NAME = re.compile(r"auxilio_[a-z_]+")
SUFFIX = re.compile(r"_(total|bucket|sum|count)$")


def shown() -> set[str]:
    counted = {m._name for m in vars(meters).values() if isinstance(m, MetricWrapperBase)}
    read = {name for module in (exposition, family) for name in NAME.findall(Path(str(module.__file__)).read_text())}
    return counted | read


def expressions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "expr":
                yield inner
            else:
                yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)


def test_every_metric_the_dashboard_and_the_alerts_ask_for_is_shown() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "auxilio.json").read_text())
    alerts = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
    asked = [*expressions(dashboard), *expressions(alerts)]
    assert len(asked) > 30
    known = shown()
    for expression in asked:
        for name in NAME.findall(expression):
            assert SUFFIX.sub("", name) in known, name


def test_every_shown_metric_is_on_the_dashboard_or_rings() -> None:
    text = (DEPLOY / "grafana" / "auxilio.json").read_text() + (DEPLOY / "prometheus" / "alerts.yml").read_text()
    asked = {SUFFIX.sub("", name) for name in NAME.findall(text)}
    for_the_curious = {"seq", "units_on_duty", "positions_known", "outbox_bytes", "loop_tick_age_seconds"}
    assert shown() - asked <= {f"auxilio_{name}" for name in for_the_curious}
