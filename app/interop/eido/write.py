"""From our rows to an EIDO that NENA's schema takes: what happens, who is sent, how it ended. Nothing personal."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from app.interop.eido import words
from app.interop.eido.names import INCIDENT_URN, call_urn, incident_urn, our_urn
from app.interop.pidf.shapes import Shape
from app.interop.pidf.write import write_pidf
from dispatch.board import Board
from dispatch.entities import Alert, Assignment, Call, Incident, Place, Unit
from dispatch.status import SECONDARY, AssignmentStatus, Kind
from geo.point import Point

Component = dict[str, Any]
CONTEXT: Final = {"@vocab": "./JSON-LD_Contexts/EmergencyIncidentDataObjectType.jsonld"}
MEDIA_TYPE: Final = "application/emergency.eido+json"
LINKED: Final = {"possible_duplicate": "RELATED", "follows": "RELATED", "related": "RELATED"}
MERGED: Final = {"duplicate": "REPLACED", "merged_from": "REPLACING", "split_from": "SPLIT"}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who writes: the agency's domain name, and the region whose incidents these are."""

    agency: str
    region: str


@dataclass(frozen=True, slots=True)
class Story:
    """An incident with the rows that are about it."""

    incident: Incident
    calls: tuple[Call, ...] = ()
    alerts: tuple[Alert, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    units: dict[str, Unit] = field(default_factory=dict)

    @classmethod
    def on(cls, board: Board, incident: Incident) -> "Story":
        """Return the story of an incident as a board has it."""
        sent = tuple(board.assignments[i] for i in incident.assignments)
        return cls(
            incident,
            tuple(board.calls[i] for i in incident.calls),
            tuple(board.alerts[i] for i in incident.alerts),
            sent,
            {each.unit_id: board.units[each.unit_id] for each in sent if each.unit_id in board.units},
        )

    def urn(self, issuer: Issuer) -> str:
        return incident_urn(self.incident, self.calls, issuer.region, issuer.agency)

    def changed_at(self) -> datetime:
        """Return when anything of it last changed, as far as its rows tell."""
        times = [self.incident.opened_at, self.incident.since, self.incident.closed_at]
        times += [call.recorded_at for call in self.calls] + [alert.recorded_at for alert in self.alerts]
        for each in self.assignments:
            times += [each.offered_at, each.acknowledged_at, each.en_route_at, each.on_scene_at, each.ended_at]
            times += [each.subject_contact_at, each.left_scene_at, each.at_destination_at]
        return max(at for at in times if at is not None)


class Writer:
    """Writes one story; every component it makes carries the same prologue."""

    def __init__(self, story: Story, issuer: Issuer) -> None:
        self._story = story
        self._issuer = issuer
        self._urn = story.urn(issuer)
        self._at = story.changed_at()

    def document(self) -> Component:
        """Return the EIDO."""
        places = self._places()
        sent = [each for each in self._story.assignments if each.is_active or each.acknowledged_at is not None]
        document = self._part(self._urn, self._at) | {
            "eidoVersion": "1.0",
            "issuingElementIdentification": self._issuer.agency,
            "incidentComponent": self._incident(places),
            "agencyComponent": self._agencies(bool(sent)),
        }
        lists = {
            "mergeComponent": self._merges(),
            "linkComponent": self._links(),
            "callComponent": [self._call(call) for call in self._story.calls],
            "locationComponent": places,
            "emergencyResourceComponent": [self._resource(each) for each in sent],
            "agentComponent": [self._agent(each) for each in sent],
            "dispatchComponent": [self._dispatch(each) for each in sent],
            "notesComponent": self._notes(),
        }
        return document | {name: parts for name, parts in lists.items() if parts} | {"@context": CONTEXT}

    def _part(self, name: str, at: datetime) -> Component:
        return {
            "$id": name,
            "lastUpdateTimeStamp": at.isoformat(),
            "updatedByAgencyReference": refer(self._issuer.agency),
        }

    def _id(self, what: str, number: int | str) -> str:
        return f"{what}.{number}.{self._issuer.region}@{self._issuer.agency}"

    def _incident(self, places: list[Component]) -> Component:
        incident = self._story.incident
        component = self._part(self._id("incident", incident.id), self._at) | {
            "incidentTypeCommonRegistryText": incident.type if incident.type in words.WRITTEN else words.TYPE_UNKNOWN,
            "incidentStatusCommonRegistryText": [incident.status.value],
            "incidentStatusInternalText": [incident.held or incident.where],
            "incidentCommonPriorityNumber": incident.priority,
            "internalIncidentId": str(incident.id),
        }
        if incident.kind is not Kind.REAL:
            component["incidentTypeInternalCode"] = incident.kind.value
            component["incidentTypeInternalText"] = f"{incident.kind.value.upper()} - not a real incident"
        if places:
            component["locationReference"] = [refer(place["$id"]) for place in places]
        if notes := self._notes():
            component["notesReference"] = [refer(note["$id"]) for note in notes]
        if incident.outcome is not None:
            code = words.DISPOSITION[incident.outcome]
            component["dispositionComponent"] = [
                self._part(self._id("disposition", incident.id), self._at)
                | {
                    "dispositionCommonRegistryCode": code,
                    "dispositionPrimaryIndicator": True,
                    "dispositionDescriptionText": incident.outcome.value,
                }
            ]
        return component

    def _call(self, call: Call) -> Component:
        component = self._part(call_urn(call, self._issuer.region, self._issuer.agency), call.recorded_at) | {
            "callStateRegistryText": "callAnswered",
            "standardPrimaryCallType": "emergency",
            "direction": "incoming",
            "callStartTimestamp": call.received_at.isoformat(),
            "agencyReference": [refer(call.psap)],
        }
        if call.kind is not Kind.REAL:
            component["localCallType"] = call.kind.value
        return component

    def _places(self) -> list[Component]:
        """Return where it is, or while nobody knows, each candidate; a person's own fix is never written."""
        incident = self._story.incident
        if incident.place is not None:
            return [self._located("place", "CurrentIncident", incident.place.point, self._words(incident.place))]
        return [
            self._located(f"candidate-{at}", "Other", c.point, (c.sign_id, f"candidate {at + 1}: sign {c.sign_id}"))
            for at, c in enumerate(incident.candidates)
        ]

    def _words(self, place: Place) -> tuple[str | None, str]:
        named = f"sign {place.sign_id}" if place.sign_id else "a place without a sign"
        return place.sign_id, f"{named}, {place.state.value}, {place.source}"

    def _located(self, name: str, kind: str, point: Point, said: tuple[str | None, str]) -> Component:
        sign_id, description = said
        civic = {"country": "US", "LMK": sign_id} if sign_id else None
        pidf = write_pidf(
            Shape("Point", point), entity=f"pres:{self._issuer.agency}", at=self._at, method="Manual", civic=civic
        )
        component = self._part(self._id(name, self._story.incident.id), self._at) | {
            "locationTypeDescriptionRegistryText": kind,
            "locationByValue": pidf.decode(),
            "locationDescriptionText": description,
        }
        if sign_id is not None:
            component["localIdentifier"] = [sign_id]
        return component

    def _resource(self, sent: Assignment) -> Component:
        unit = self._story.units.get(sent.unit_id)
        attributes = {
            words.ATTRIBUTE_OF[code] for code in (unit.capabilities if unit else ()) if code in words.ATTRIBUTE_OF
        }
        component = self._part(self._id("resource", sent.id), moved_at(sent)) | {
            "agentReference": [refer(self._id("crew", sent.id))],
            "emergencyResourceName": sent.unit_id,
            "emergencyResourceTypeCommonRegistryText": words.RESOURCE_OF.get(unit.kind if unit else "", "LightRescue"),
            "resourceAttributeRegistryText": sorted(attributes),
            "primaryUnitStatusRegistryText": unit.primary.value if unit else "NotAvailable",
            "secondaryUnitStatusRegistryText": [secondary(sent)],
            "unitStatusInternal": [sent.status.value],
        }
        if unit and unit.capabilities:
            component["resourceAttributeInternalText"] = list(unit.capabilities)
        if sent.is_active:
            component["activeOnIncidentId"] = self._urn
        return component

    def _agent(self, sent: Assignment) -> Component:
        return self._part(self._id("crew", sent.id), moved_at(sent)) | {
            "agentRoleRegistryText": ["Responder"],
            "agencyReference": refer(self._issuer.agency),
        }

    def _dispatch(self, sent: Assignment) -> Component:
        return self._part(self._id("dispatch", sent.id), sent.offered_at) | {
            "agencyReference": refer(self._issuer.agency),
            "emergencyResourceReference": [refer(self._id("resource", sent.id))],
        }

    def _agencies(self, dispatched: bool) -> list[Component]:
        incident = self._story.incident
        roles = ["Dispatching", "Dispatched"] if dispatched else ["Dispatching"]
        own = self._agency(self._issuer.agency, roles) | {"incidentOwningAgencyIndicator": incident.agency is None}
        psaps = dict.fromkeys(call.psap for call in self._story.calls)
        found = [own, *(self._agency(psap, ["CallReceiving"], "psap") for psap in psaps if psap != self._issuer.agency)]
        if incident.agency and incident.agency not in psaps:
            found.append(self._agency(incident.agency, ["TransferredTo"]))
        return found

    def _agency(self, name: str, roles: list[str], kind: str = "mountain_rescue") -> Component:
        return self._part(name, self._at) | {"agencyRoleDescriptionRegistryText": roles, "agencyType": [kind]}

    def _notes(self) -> list[Component]:
        """Return what is known of the party and its needs, as counts and codes; a dispatcher's notes are sealed."""
        incident = self._story.incident
        party = incident.party
        said = [f"{count} {what}" for count, what in ((party.adults, "adults"), (party.children, "children")) if count]
        said += ["a child alone"] if party.child_alone else []
        said += [f"needs: {', '.join(incident.needs)}"] if incident.needs else []
        said += [f"rescue tower {alert.tower_id}, pressed {alert.presses} times" for alert in self._story.alerts]
        if not said:
            return []
        return [self._part(self._id("note", incident.id), self._at) | {"notesActionComments": "; ".join(said)}]

    def _merges(self) -> list[Component]:
        incident = self._story.incident
        found = [
            (MERGED[link.relation], self._ours(link.incident_id)) for link in incident.links if link.relation in MERGED
        ]
        if incident.duplicate_of is not None and not any(link.relation == "duplicate" for link in incident.links):
            found.append(("REPLACED", self._ours(incident.duplicate_of)))
        named = dict.fromkeys(call.psap_call_id for call in self._story.calls if call.psap_call_id)
        found += [("REPLACING", name) for name in named if name.startswith(INCIDENT_URN) and name != self._urn]
        return [
            self._part(self._id(f"merge-{at}", incident.id), self._at)
            | {"incidentTrackingIdentifier": other, "incidentMergeDirectionCode": direction}
            for at, (direction, other) in enumerate(found)
        ]

    def _links(self) -> list[Component]:
        return [
            self._part(self._id(f"link-{at}", self._story.incident.id), self._at)
            | {
                "incidentTrackingIdentifier": self._ours(link.incident_id),
                "linkDirectionCode": LINKED[link.relation],
                "transactionReasonText": link.relation,
            }
            for at, link in enumerate(self._story.incident.links)
            if link.relation in LINKED
        ]

    def _ours(self, incident_id: int) -> str:
        return our_urn(incident_id, self._issuer.region, self._issuer.agency)


def write_eido(story: Story, issuer: Issuer) -> Component:
    """Return the EIDO of an incident; it holds no name, number, word or fix of a person."""
    return Writer(story, issuer).document()


def refer(name: str) -> Component:
    return {"$ref": name}


def secondary(sent: Assignment) -> str:
    """Return a unit's secondary status on this incident, in the registry's words."""
    if sent.is_active:
        ours = SECONDARY[sent.status]
        return words.SECONDARY_OF.get(ours, ours)
    return "Cleared" if sent.status is AssignmentStatus.CLEARED else "AssignmentCancelled"


def moved_at(sent: Assignment) -> datetime:
    """Return when an assignment last moved."""
    times: Iterable[datetime | None] = (
        sent.offered_at, sent.acknowledged_at, sent.en_route_at, sent.on_scene_at, sent.subject_contact_at,
        sent.left_scene_at, sent.at_destination_at, sent.ended_at,
    )  # fmt: skip
    return max(at for at in times if at is not None)
