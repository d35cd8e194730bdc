"""An EIDO's components: found by `$id`, referred to by `$ref`; both are plain keys here, not JSON Schema's."""

import json
from collections.abc import Iterator
from typing import Any, Final

from app.intake.lenient import DIGITS_MAX, clean
from app.interop.reading import Findings, Unusable

Component = dict[str, Any]
DEPTH_MAX: Final = 32  # the deepest lawful EIDO, a NIEM person inside, has 11 levels
COMPONENTS_MAX: Final = 512  # of all kinds together
REFERENCES_MAX: Final = 32
TEXT_MAX: Final = 8_192
NOT_JSON: Final = object()
PROLOGUE: Final = frozenset({"$id", "lastUpdateTimeStamp", "updatedByAgencyReference"})
LISTS: Final = (
    "callComponent", "callbackComponent", "locationComponent", "personComponent", "notesComponent",
    "additionalDataComponent", "alarmsSensorsComponent", "agencyComponent", "agentComponent", "dispatchComponent",
    "emergencyResourceComponent", "mergeComponent", "linkComponent", "vehicleComponent", "cautionComponent",
    "mediaComponent", "sharedCommunicationResourceComponent", "externalInformationSourceComponent",
)  # fmt: skip


def parse_json(raw: bytes, findings: Findings) -> Any:
    """Return the value, or NOT_JSON. Raises Unusable: nothing in it, or nested like no sender means."""
    text = raw.decode("utf-8-sig", errors="replace")
    if "\ufffd" in text:
        findings.warn("body", "not UTF-8")
    if not any(c.isalnum() for c in text):
        raise Unusable("not one letter or digit could be read")
    try:
        value = json.loads(text, parse_int=_whole)
    except RecursionError:
        raise Unusable("nested too deeply") from None
    except ValueError:
        return NOT_JSON
    if _is_deep(value):
        raise Unusable("nested too deeply")
    return value


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= DIGITS_MAX else float("inf")


def _is_deep(value: Any) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEPTH_MAX):
        inside: list[Any] = []
        for each in level:
            for inner in each.values() if type(each) is dict else each:
                if type(inner) is dict or type(inner) is list:  # as json makes them: quicker to tell
                    inside.append(inner)  # noqa: PERF401 - a generator over both kinds took twice as long
        if not inside:
            return False
        level = inside
    return True


class Eido:
    """An EIDO as read: its own fields and its components, however sparingly they were filled in."""

    def __init__(self, body: Component, findings: Findings) -> None:
        self.body = body
        self._findings = findings
        self._kinds = {name: list(self._components(name)) for name in LISTS}
        self.incident = self._incident()
        self._by_id: dict[str, Component] = {}
        for component in self._everything():
            name = component.get("$id")
            if isinstance(name, str):
                self._by_id.setdefault(name, component)

    def all(self, kind: str) -> list[Component]:
        """Return the components of a kind."""
        return self._kinds[kind]

    def refer(self, component: Component, name: str) -> list[Component]:
        """Return the components a field refers to; a reference that leads nowhere is a warning."""
        found = []
        for reference in listed(component.get(name))[:REFERENCES_MAX]:
            target = reference.get("$ref") if isinstance(reference, dict) else reference
            known = self._by_id.get(target) if isinstance(target, str) else None
            if known is None:
                self._findings.warn(name, "refers to nothing in this EIDO")
            else:
                found.append(known)
        return found

    def _components(self, name: str) -> Iterator[Component]:
        value = self.body.get(name)
        if value is not None and not isinstance(value, list):
            self._findings.warn(name, "not a list")
        for each in listed(value)[:COMPONENTS_MAX]:
            if isinstance(each, dict):
                if not each.keys() >= PROLOGUE:
                    self._findings.warn(name, "lacks a part of its prologue")
                yield each
            else:
                self._findings.warn(name, "not a component")

    def _incident(self) -> Component:
        value = self.body.get("incidentComponent")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            self._findings.warn("incidentComponent", "a list, the first is taken")
            return dict(value[0])
        if value is not None and not isinstance(value, dict):
            self._findings.warn("incidentComponent", "not a component")
        return value if isinstance(value, dict) else {}

    def _everything(self) -> Iterator[Component]:
        yield from (each for kind in self._kinds.values() for each in kind)


def listed(value: Any) -> list[Any]:
    """Return a list of what may be one, several or none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_of(component: Component, name: str, chars_max: int = TEXT_MAX) -> str:
    """Return a field as clean text, empty when it is none."""
    value = component.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value)[:chars_max]).strip()


def texts_of(component: Component, name: str) -> list[str]:
    """Return the texts of a list, or of what should have been one."""
    return [
        clean(each[:TEXT_MAX]).strip() for each in listed(component.get(name)) if isinstance(each, str) and each.strip()
    ]
