"""EIDO: NENA's samples as a reader sees them, whatever producers leave out, and our own by NENA's own schema."""

import json
from datetime import timedelta
from typing import Any

import orjson
import pytest

from app.interop.additional import read_additional
from app.interop.check import check
from app.interop.eido.names import our_id, our_urn
from app.interop.eido.read import read_eido
from app.interop.eido.words import number_of, plain_text
from app.interop.eido.write import Issuer, Story, write_eido
from app.interop.pidf.read import CIVIC
from app.interop.reading import Findings, Unusable, What
from dispatch import commands as c
from dispatch.entities import Party
from dispatch.status import AssignmentStatus, Kind, Outcome
from tests.unit.app.interop.nena import faults
from tests.unit.dispatch.scene import Scene
from tests.vectors import dev_files, vector

INCIDENT = "urn:emergency:uid:incidentid:a56e556d871:bcf.state.pa.us"
# Read from the three files: they are one transfer, in two libraries' hands and inside a conveyance event.
TRANSFER: dict[str, Any] = {
    "call_id": INCIDENT,
    "callback_number": "8195551212",
    "occurred_at": "2021-04-30T14:40:00.0-04:00",
    "narrative": "This is an example text.",
}
SAMPLES = [
    "eido/samples/nena_sample_call_transfer_eido.json",
    "eido/samples/phrsite_SampleCallTransferEido.json",
    "eido/conveyance/NotifyWithEido.json",
]
# A message of the conveyance protocol is none of ours to record; by file, what it is.
MESSAGES = {
    "BasicSubscribe.json": "subscribe",
    "BasicSubscribeResponse.json": "an answer of ours: subscriberesponse",
    "BasicUnsubscribe.json": "unsubscribe",
    "BasicUnsubscribeResponse.json": "an answer of ours: unsubscriberesponse",
    "NotifyResponse.json": "eventResponse",
    "TerminateRequest.json": "terminate",
    "TerminateResponse.json": "terminateResponse",
}
ADDITIONAL: dict[str, tuple[str, dict[str, str], dict[str, list[str]]]] = {
    "Comment1.xml": ("Comment", {"Comment": "This is an example of a comment."}, {}),
    "DeviceInfo1.xml": ("DeviceInfo", {"DeviceMfgr": "Nokia", "UniqueDeviceID": "35788104"}, {}),
    "ProvInfo1.xml": ("ProviderInfo", {"TypeOfProvider": "Telecom Provider"}, {"name": ["John Smith"]}),
    "Rfc7095Jcard1.json": ("jCard", {}, {"name": ["John Doe"]}),
    "Rfc7095Jcard2.json": (
        "jCard",
        {},
        {"name": ["Simon Perreault"], "telephone": ["tel:+1-418-656-9254;ext=102", "tel:+1-418-262-6501"]},
    ),
    "ServiceInfo1.xml": ("ServiceInfo", {"ServiceType": "wireless", "ServiceMobility": "Mobile"}, {}),
    "SubInfo1.xml": (
        "SubscriberInfo",
        {},
        {"name": ["John Smith"], "telephone": ["tel:+1 630 681 5006", "tel:+1 630 681 0001"]},
    ),
    "XcardType1.xml": ("xCard", {}, {"name": ["Simon Perreault"], "language": ["fr", "en"]}),
}
PIDF = (
    '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:x@y"><tuple id="a"><status>'
    '<gp:geopriv xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"><gp:location-info>'
    '<gs:Circle xmlns:gs="http://www.opengis.net/pidflo/1.0" srsName="urn:ogc:def:crs:EPSG::4326">'
    '<gml:pos xmlns:gml="http://www.opengis.net/gml">{lat} -111</gml:pos>'
    '<gs:radius uom="urn:ogc:def:uom:EPSG::9001">{radius}</gs:radius></gs:Circle></gp:location-info><gp:usage-rules/>'
    "</gp:geopriv></status></tuple></presence>"
)
ISSUER = Issuer("auxilio.example.org", "southwest")


def eido(**parts: Any) -> bytes:
    return json.dumps({"$id": INCIDENT, "eidoVersion": "1.0"} | parts).encode()


def part(name: str, **fields: Any) -> dict[str, Any]:
    return {"$id": name, **fields}


def ref(name: str) -> dict[str, str]:
    return {"$ref": name}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_says_what_a_reader_of_it_sees(name: str) -> None:
    reading = read_eido(vector(name))
    assert (reading.what, reading.kind, reading.report, reading.said) == (What.CALL, Kind.REAL, TRANSFER, ())
    routing, caller = reading.private["locations"]
    assert routing["type"] == "RoutingLocation"
    assert (
        routing["locations"][0]["civic"] | {"HNO": "42", "RD": "Cellular", "A3": "Wilmington"}
        == (routing["locations"][0]["civic"])
    )
    assert caller == {"type": "Caller", "words": [], "url": "https://lrf.osp.com?oasufdqwerjn12346jfias"}
    assert [block["block"] for block in reading.private["additional"]] == ["ServiceInfo", "ProviderInfo", "Comment"]
    assert set(reading.warnings) == {"locationByReferenceUrl: kept sealed, not fetched"}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_of_the_conveyance_is_known_as_one(name: str) -> None:
    verdict = check(vector(f"eido/conveyance/{name}"))
    assert verdict.reading is not None
    assert (verdict.format, verdict.reading.what) == ("EIDO conveyance", What.NOTHING)
    assert verdict.reading.understood[0] == MESSAGES[name]


@pytest.mark.parametrize("name", ADDITIONAL)
def test_additional_data_says_what_a_reader_of_it_sees(name: str) -> None:
    block, values, card = ADDITIONAL[name]
    found = read_additional(vector(f"additional-data/{name}"), Findings())
    assert found.block == block
    assert found.values | values == found.values
    assert found.card | card == found.card


def test_every_sample_of_the_manifest_has_a_reading() -> None:
    expected = {*SAMPLES, *(f"eido/conveyance/{name}" for name in MESSAGES)}
    assert expected >= set(dev_files("eido"))
    assert {f"additional-data/{name}" for name in ADDITIONAL} >= set(dev_files("additional-data"))


def test_the_sign_is_looked_for_where_a_psap_may_have_put_it() -> None:
    landmark = f"<c:civicAddress xmlns:c='{CIVIC}'><c:LMK>TUC-418</c:LMK></c:civicAddress>"
    civic = PIDF.replace("</gp:location-info>", f"{landmark}</gp:location-info>")
    raw = eido(
        notesComponent=[part("n", notesActionComments="<p>reads <b>TUC-420</b><script>x()</script></p>")],
        locationComponent=[
            part("a", locationTypeDescriptionRegistryText="Caller", locationDescriptionText="placard TUC-419",
                 localIdentifier=["TUC-417"], locationByValue=civic.format(lat=31.5, radius=60)),
        ],
    )  # fmt: skip
    reading = read_eido(raw)
    assert [where for where, _ in reading.said] == [
        "localIdentifier", "landmark", "locationDescriptionText", "notesActionComments",
    ]  # fmt: skip
    assert [words for _, words in reading.said] == ["TUC-417", "TUC-418", "placard TUC-419", "reads TUC-420"]
    assert reading.report["device"] == {"lat": 31.5, "lon": -111.0, "radius_m": 60.0}


def test_the_caller_s_location_counts_before_the_route_s_and_an_antenna_s_never() -> None:
    def place(kind: str, lat: float) -> dict[str, Any]:
        return part(kind, locationTypeDescriptionRegistryText=kind, locationByValue=PIDF.format(lat=lat, radius=90))

    every = [
        place("TowerLocation", 30),
        place("RoutingLocation", 31),
        place("CurrentIncident", 32),
        place("Caller", 33),
    ]
    for upto, lat in ((4, 33.0), (3, 32.0), (2, 31.0)):
        assert read_eido(eido(locationComponent=every[:upto])).report["device"]["lat"] == lat
    assert "device" not in read_eido(eido(locationComponent=every[:1])).report


def test_the_caller_is_the_person_with_that_role_and_the_updated_number_is_called() -> None:
    call = part("call", direction="incoming", callBackReference=ref("cb"), callStartTimestamp="2026-11-22T14:00:00Z")
    updated = {"updatedCbnIdentifierUri": "tel:+1-520-555-0199"}
    uris = ["sip:5205550142@psap.example", "tel:+1-520-555-0142"]
    someone = {"name": [{"personFullName": [{"value": "No One"}]}]}
    she = {
        "name": [{"personGivenName": [{"value": "Xochitl"}], "personSurName": [{"value": "Quauhtli"}]}],
        "primaryLanguage": [{"languageCode": [{"value": "spa"}]}],
    }
    raw = eido(
        callComponent=[call],
        callbackComponent=[part("cb", callBackInformationUri=uris, updatedCbn=updated)],
        personComponent=[
            part("s", personIncidentRoleRegistryText=["Suspect"], ncPersonComponent=someone),
            part("p", personIncidentRoleRegistryText=["Caller"], ncPersonComponent=she),
        ],
    )
    report = read_eido(raw).report
    assert report["callback_number"] == "+1-520-555-0199"
    assert (report["name"], report["language"]) == ("Xochitl Quauhtli", "spa")
    assert read_eido(raw).private["other_numbers"] == ["+1-520-555-0142", "5205550142"]


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"incidentComponent": {"incidentTypeCommonRegistryText": "NCRTESTF"}}, Kind.TEST),
        ({"incidentComponent": {"incidentTypeInternalCode": "exercise"}}, Kind.EXERCISE),
        ({"callComponent": [{"standardSecondaryCallType": "Drill"}]}, Kind.EXERCISE),
        ({"callComponent": [{"queueIdentifier": "urn:service:test.sos"}]}, Kind.TEST),
        ({"callComponent": [{"queueIdentifier": "urn:emergency:service:sos"}]}, Kind.REAL),
        ({"incidentComponent": {"incidentTypeInternalText": "he lost the test kit"}}, Kind.REAL),
        ({}, Kind.REAL),
    ],
)
def test_only_an_exact_word_makes_a_report_less_than_real(parts: dict[str, Any], kind: Kind) -> None:
    assert read_eido(eido(**parts)).kind is kind


@pytest.mark.parametrize(
    ("type_in", "type_read"),
    [("SAR", "SAR"), ("exposure", "EXPOSURE"), ("ALIEN", "SAR"), ("MISBOATR", "PERMISS"), ("?", "SAR")],
)
def test_a_registry_type_becomes_one_of_ours(type_in: str, type_read: str) -> None:
    raw = eido(incidentComponent={"incidentTypeCommonRegistryText": type_in, "incidentCommonPriorityNumber": 9})
    assert (read_eido(raw).report["type"], read_eido(raw).report["priority"]) == (type_read, 9)


@pytest.mark.parametrize(
    "raw",
    [
        eido(callComponent={"$id": "one call, no list"}),
        eido(locationComponent=[None, 7, "x", {"localIdentifier": "TUC-417"}]),
        eido(callComponent=[part("c", locationReference=[ref("nowhere"), None, 7], callBackReference=ref("nobody"))]),
        eido(locationComponent=[part("l", locationByValue="<presence", localIdentifier=["TUC-417"])]),
        eido(locationComponent=[part("l", locationByValue="<!DOCTYPE x [<!ENTITY y 'z'>]><presence/>")]),
        eido(incidentComponent=[{"incidentTypeCommonRegistryText": "SAR"}]),
        json.dumps({"Eido": json.loads(eido())}).encode(),
        json.dumps([json.loads(eido()), json.loads(eido())]).encode(),
        eido(eidoVersion="2.0"),
        b"\xef\xbb\xbf" + eido(),
        eido(callComponent=[part("c", callStartTimestamp=12, direction=None)]),
        eido().replace(b'"1.0"', b"1e999"),
        eido().replace(b'"1.0"', b"NaN"),
    ],
)
def test_a_broken_schema_costs_a_warning_and_no_report(raw: bytes) -> None:
    reading = read_eido(raw)
    assert reading.report["call_id"] == INCIDENT
    assert reading.warnings
    assert not reading.unreadable


def test_what_is_not_json_is_kept_for_a_person_and_nothing_at_all_is_refused() -> None:
    assert read_eido(eido()[:-7]).unreadable
    assert read_eido(b"a woman reads TUC 417").unreadable
    for nothing in (
        b"",
        b" \x00",
        b"{}",
        b"[]",
        b"null",
        b"7",
        b'{"a": 1}',
        b"[" * 5_000,
        b'{"a":' * 100 + b"1" + b"}" * 100,
    ):
        with pytest.raises(Unusable):
            read_eido(nothing)


def test_what_a_sender_ended_is_told_to_a_dispatcher_and_closes_nothing() -> None:
    ended = {"incidentTypeCommonRegistryText": "SAR", "incidentStatusCommonRegistryText": ["Cancelled"]}
    other = {"$id": "m", "incidentTrackingIdentifier": "urn:x", "incidentMergeDirectionCode": "REPLACED"}
    reading = read_eido(eido(incidentComponent=ended, mergeComponent=[other]))
    assert "The sender says that this incident has ended." in reading.report["narrative"]
    assert any("a dispatcher decides" in warning for warning in reading.warnings)
    assert any("a dispatcher merges" in warning for warning in reading.warnings)
    assert json.loads(reading.private["relations"])[0]["incidentTrackingIdentifier"] == "urn:x"


def test_an_identifier_longer_than_ours_stays_one() -> None:
    one, other = (read_eido(eido(**{"$id": "u" * 300 + end})).report["call_id"] for end in "ab")
    assert one != other
    assert len(one) <= 128


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("tel:+1-520-555-0142", "+1-520-555-0142"), ("sip:5205550142@x.example;user=phone", "5205550142"),
        ("sips:%2B15205550142@x", "+15205550142"), ("5205550142", "5205550142"), ("sip:alice@x.example", None),
        ("tel:", None), ("", None), ("mailto:a@b", None),
    ],
)  # fmt: skip
def test_a_number_is_read_from_its_uri(uri: str, number: str | None) -> None:
    assert number_of(uri) == number


def test_notes_lose_their_html_and_keep_their_words() -> None:
    html = "<p onclick='x()'>R&amp;D &lt;b&gt; <a href='javascript:x'>Tom</a><script>alert(1)</script></p>"
    assert plain_text(html) == "R&D <b> Tom"


# --- out ---


def story(scene: Scene, incident: int = 1) -> Story:
    return Story.on(scene.board, scene.incident(incident))


def written(scene: Scene, incident: int = 1) -> dict[str, Any]:
    """Return the document as its reader gets it, held against NENA's schema."""
    document: dict[str, Any] = orjson.loads(orjson.dumps(write_eido(story(scene, incident), ISSUER)))
    assert faults(document) == []
    return document


def a_rescue() -> Scene:
    scene = Scene()
    scene.unit("U1", has=("medic", "interp_es"))
    scene.call(psap_call_id=INCIDENT, party=Party(1, 2, child_alone=False), needs=("medic",))
    scene.accept()
    return scene


def test_the_checker_of_the_schema_goes_red() -> None:
    document = written(a_rescue())
    del document["agencyComponent"]
    assert faults(document)
    document = written(a_rescue())
    document["callComponent"][0]["direction"] = "sideways"
    assert faults(document)


def test_an_incident_at_every_stage_is_valid_and_says_where_it_stands() -> None:
    scene = a_rescue()
    document = written(scene)
    assert document["$id"] == INCIDENT
    assert document["incidentComponent"]["incidentStatusCommonRegistryText"] == ["ResourcesAssigned"]
    (resource,) = document["emergencyResourceComponent"]
    assert (resource["primaryUnitStatusRegistryText"], resource["secondaryUnitStatusRegistryText"]) == (
        "ConditionallyAvailable", ["AcknowledgedTransmission"],
    )  # fmt: skip
    assert resource["resourceAttributeRegistryText"] == ["Paramedic", "SpanishCastilianInterpreter"]
    assert document["dispatchComponent"][0]["emergencyResourceReference"] == [ref(resource["$id"])]
    for status, secondary in (
        (AssignmentStatus.EN_ROUTE, "EnRoute"), (AssignmentStatus.ON_SCENE, "OnScene"),
        (AssignmentStatus.SUBJECT_CONTACT, "PatientContact"), (AssignmentStatus.TRANSPORTING, "Transporting"),
        (AssignmentStatus.AT_DESTINATION, "Arrived"), (AssignmentStatus.CLEARED, "Cleared"),
    ):  # fmt: skip
        scene.report(status)
        assert written(scene)["emergencyResourceComponent"][0]["secondaryUnitStatusRegistryText"] == [secondary]
    scene.close()
    document = written(scene)
    assert document["incidentComponent"]["incidentStatusCommonRegistryText"] == ["Closed"]
    (disposition,) = document["incidentComponent"]["dispositionComponent"]
    assert (disposition["dispositionCommonRegistryCode"], disposition["dispositionDescriptionText"]) == (
        "24",
        "found_well",
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_disposition(outcome: Outcome) -> None:
    scene = Scene()
    scene.call()
    scene.call(sign="TUC-2", psap_call_id="other")
    more: dict[str, Any] = {"duplicate_of": 2} if outcome is Outcome.DUPLICATE else {}
    more |= {"agency": "Pima County Sheriff"} if outcome is Outcome.TRANSFERRED else {}
    scene.close(1, outcome, **more)
    assert written(scene)["incidentComponent"]["dispositionComponent"][0]["dispositionPrimaryIndicator"] is True


def test_relations_are_told_both_ways() -> None:
    scene = Scene()
    scene.call()
    scene.call()
    linked = written(scene, 2)["linkComponent"][0]
    assert (linked["linkDirectionCode"], linked["incidentTrackingIdentifier"]) == (
        "RELATED",
        our_urn(1, "southwest", ISSUER.agency),
    )
    scene.say(c.MergeIncidents(2, 1, "d1"))
    assert "REPLACED" in {part["incidentMergeDirectionCode"] for part in written(scene, 2)["mergeComponent"]}
    assert "REPLACING" in {part["incidentMergeDirectionCode"] for part in written(scene, 1)["mergeComponent"]}
    scene.say(c.SplitIncident(1, (2,), (), "d1"))
    assert "SPLIT" in {part["incidentMergeDirectionCode"] for part in written(scene, 3)["mergeComponent"]}


def test_a_tower_s_alert_and_a_place_nobody_knows_are_valid() -> None:
    scene = Scene()
    scene.alert()
    scene.call(sign=None, priority=10)
    assert written(scene, 1)["locationComponent"][0]["localIdentifier"] == ["T1"]
    assert "locationComponent" not in written(scene, 2)


def test_a_test_says_so_and_is_read_as_one_again() -> None:
    scene = Scene()
    scene.call(kind=Kind.EXERCISE)
    document = written(scene)
    assert "not a real incident" in document["incidentComponent"]["incidentTypeInternalText"]
    assert read_eido(orjson.dumps(document)).kind is Kind.EXERCISE


def test_type_alien_is_never_written_whatever_a_row_says() -> None:
    scene = Scene()
    scene.call(type="ALIEN")
    assert "ALIEN" not in json.dumps(written(scene))


def test_what_we_write_is_read_back_as_it_was() -> None:
    scene = a_rescue()
    reading = read_eido(orjson.dumps(written(scene)))
    assert reading.warnings == ()
    assert reading.report["call_id"] == INCIDENT
    assert (reading.report["type"], reading.report["priority"]) == ("SAR", scene.incident().priority)
    assert reading.report["device"] == {"lat": 31.5, "lon": -111.0}
    assert reading.said[0] == ("localIdentifier", "TUC-1")
    assert "2 children" in reading.report["narrative"]


def test_no_word_of_ours_ends_a_subscription_of_the_field_s_own_client() -> None:
    """That client looks for the word in the text of whatever comes, before it looks at what it is."""
    scene = a_rescue()
    scene.wait(timedelta(minutes=1).total_seconds())
    text = json.dumps(written(scene))
    for word in ("terminate", "unsubscribeResponse", "subscribeResponse"):
        assert word not in text


def test_our_identifiers_lead_back() -> None:
    assert our_id(our_urn(72, "southwest", "a.example"), "southwest", "A.example") == 72
    for strange in (our_urn(72, "north", "a.example"), our_urn(72, "southwest", "b.example"), INCIDENT, "", "72"):
        assert our_id(strange, "southwest", "a.example") is None
