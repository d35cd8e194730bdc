"""From an EIDO to a call's report: the incident, its call, the caller, where, and what was noted."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from app.interop.eido.components import NOT_JSON, Component, Eido, listed, parse_json, text_of, texts_of
from app.interop.eido.people import caller_of
from app.interop.eido.places import Placed, best_fix, places_of
from app.interop.eido.words import kind_of, plain_text, type_of
from app.interop.reading import Findings, Reading, Unusable, What
from dispatch.status import Kind

FORMAT: Final = "EIDO-JSON 1.0"
REQUIRED: Final = (
    "$id", "lastUpdateTimeStamp", "updatedByAgencyReference", "eidoVersion", "issuingElementIdentification",
    "agencyComponent",
)  # fmt: skip
UNREAD: Final = (
    "vehicleComponent", "cautionComponent", "mediaComponent", "sharedCommunicationResourceComponent",
    "externalInformationSourceComponent",
)  # fmt: skip
CALL_ID_MAX: Final = 128  # as /v1/calls takes one
NARRATIVE_MAX: Final = 8_000
ALARMS_MAX: Final = 16


@dataclass(slots=True)
class Draft:
    """What is being made of an EIDO."""

    eido: Eido
    findings: Findings
    report: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)
    narrative: list[str] = field(default_factory=list)

    def put(self, name: str, value: Any, understood: str) -> None:
        """Put a field into the report, if there is anything to put."""
        if value is not None and value != "":
            self.report[name] = value
            self.findings.take(understood)


def read_eido(raw: bytes) -> Reading:
    """Return the call an EIDO reports. Raises Unusable; what is not JSON is kept whole for a person to read."""
    findings = Findings()
    value = parse_json(raw, findings)
    if value is NOT_JSON:
        findings.warn("body", "not JSON, kept sealed for a dispatcher")
        return Reading(FORMAT, What.CALL, raw, warnings=findings.warnings, unreadable=True)
    body = unwrap(value, findings)
    return _read(Draft(Eido(body, findings), findings), raw)


def unwrap(value: Any, findings: Findings) -> Component:
    """Return the EIDO in what was sent: itself, the first of a list, or what a conveyance event carries."""
    for _ in range(4):
        if isinstance(value, list) and value:
            if len(value) > 1:
                findings.warn("body", "several EIDOs in one body, the first is taken")
            value = value[0]
        elif isinstance(value, dict) and isinstance(value.get("event"), dict) and "notification" in value["event"]:
            findings.take("conveyance event")
            value = value["event"]["notification"]
        elif isinstance(value, dict) and len(value) == 1 and next(iter(value)).casefold() == "eido":
            value = next(iter(value.values()))
        else:
            break
    if not isinstance(value, dict):
        raise Unusable("not an EIDO: no object")
    return value


def _read(draft: Draft, raw: bytes) -> Reading:
    eido, findings = draft.eido, draft.findings
    for name in REQUIRED:
        if name not in eido.body:
            findings.warn(name, "missing, the schema requires it")
    if eido.body.get("eidoVersion", "1.0") != "1.0":
        findings.warn("eidoVersion", "not 1.0, read as far as it is alike")
    call = _call(draft)
    _identify(draft, call)
    _describe(draft, call)
    _caller(draft, call)
    places = places_of(eido, call, findings)
    _places(draft, places)
    _notes(draft, places)
    _rest(draft)
    if not findings.understood:
        raise Unusable("not an EIDO: none of its components could be read")
    if draft.narrative:
        draft.report["narrative"] = "\n".join(dict.fromkeys(draft.narrative))[:NARRATIVE_MAX]
    return Reading(
        FORMAT, What.CALL, raw, draft.report, tuple(draft.said), draft.private, findings.understood, findings.warnings
    )


def _call(draft: Draft) -> Component:
    """Return the call that reports it: the first that came in; the others are told in the narrative."""
    calls = draft.eido.all("callComponent")
    incoming = [call for call in calls if text_of(call, "direction").casefold() != "outgoing"]
    if len(calls) > 1:
        draft.findings.warn("callComponent", "several calls, the first incoming one is taken")
    return (incoming or calls or [{}])[0]


def _identify(draft: Draft, call: Component) -> None:
    """The incident's own identifier makes it the same again; a call's serves while there is none."""
    eido = draft.eido
    named = (
        text_of(eido.body, "$id"), text_of(eido.incident, "$id"), text_of(eido.incident, "internalIncidentId"),
        text_of(call, "$id"),
    )  # fmt: skip
    identifier = next(filter(None, named), "")
    if not identifier:
        draft.findings.warn("$id", "no identifier: sent again it would be another incident")
        return
    if len(identifier) > CALL_ID_MAX:
        identifier = f"sha256:{sha256(identifier.encode()).hexdigest()}"
    draft.put("call_id", identifier, "identifier")


def _describe(draft: Draft, call: Component) -> None:
    incident = draft.eido.incident
    common, internal = (
        text_of(incident, "incidentTypeCommonRegistryText"),
        text_of(incident, "incidentTypeInternalCode"),
    )
    calling = [
        text_of(call, name) for name in ("standardPrimaryCallType", "standardSecondaryCallType", "localCallType")
    ]
    kind = kind_of([common, internal, *calling], [text_of(call, "queueIdentifier")])
    if kind is not Kind.REAL:
        draft.put("kind", kind.value, f"kind: {kind}")
    if common:
        draft.put("type", type_of(common), "incident type")
    priority = incident.get("incidentCommonPriorityNumber")
    if priority is not None:
        draft.put("priority", priority, "priority")
    statuses = {word.casefold() for word in texts_of(incident, "incidentStatusCommonRegistryText")}
    if statuses & {"closed", "cancelled"}:
        # Nothing a machine says closes an incident (design 4.3): a dispatcher hears it and decides.
        draft.findings.warn("incidentStatusCommonRegistryText", "ended at the sender, a dispatcher decides here")
        draft.narrative.append("The sender says that this incident has ended.")
    draft.put("occurred_at", text_of(call, "callStartTimestamp", 64), "time of the call")
    if call:
        draft.findings.take("call")
    for name in ("incidentTypeInternalText", "incidentPriorityInternalText"):
        if text_of(incident, name):
            draft.narrative.append(text_of(incident, name, 512))


def _caller(draft: Draft, call: Component) -> None:
    caller = caller_of(draft.eido, call, draft.findings)
    draft.put("callback_number", caller.number, "callback number")
    draft.put("name", caller.name, "caller's name")
    draft.put("language", caller.language, "caller's language")
    if caller.others:
        draft.private["other_numbers"] = list(caller.others)
    draft.narrative += caller.comments
    if caller.additional:
        draft.private["additional"] = caller.additional


def _places(draft: Draft, places: list[Placed]) -> None:
    """The best fix becomes the caller's device; every location is sealed as it was understood."""
    if places:
        draft.private["locations"] = [place.sealed() for place in places]
    fix = best_fix(places)
    if fix is not None:
        draft.put("device", fix, "location of the caller")
    for where in ("localIdentifier", "landmark", "locationDescriptionText"):
        draft.said += [(where, words) for place in places for at, words in place.words if at == where]
    if any(place.url for place in places):
        draft.findings.warn("locationByReferenceUrl", "kept sealed, not fetched")


def _notes(draft: Draft, places: list[Placed]) -> None:
    eido = draft.eido
    first = eido.refer(eido.incident, "notesReference") if eido.incident.get("notesReference") else []
    notes = [*first, *(note for note in eido.all("notesComponent") if note not in first)]
    found = [words for note in notes if (words := plain_text(text_of(note, "notesActionComments")))]
    if found:
        draft.findings.take("notes")
        draft.narrative += found
        draft.said += [("notesActionComments", words) for words in found]
    draft.narrative += [words for place in places for at, words in place.words if at == "locationDescriptionText"]


def _rest(draft: Draft) -> None:
    alarms = draft.eido.all("alarmsSensorsComponent")
    if alarms:
        draft.private["alarms"] = json.dumps(alarms[:ALARMS_MAX])  # as text: no number in it is ours to judge
        draft.findings.take("alarms, kept raw")
    relations = draft.eido.all("mergeComponent") + draft.eido.all("linkComponent")
    if relations:
        draft.private["relations"] = json.dumps(relations[:ALARMS_MAX])
        draft.findings.warn("mergeComponent, linkComponent", "kept sealed, a dispatcher merges and links here")
    for name in UNREAD:
        if listed(draft.eido.body.get(name)):
            draft.findings.warn(name, "not read, kept in the sealed original")
