"""EIDO conveyance without a socket: the field's own messages, rates, acknowledgements, expiry, and every bound."""

import asyncio
import json
from collections.abc import Iterable
from itertools import count
from typing import Any

import pytest

from app.interop.conveyance.messages import BadMessage, read_message
from app.interop.conveyance.qualifier import read_qualifier
from app.interop.conveyance.session import SUBSCRIPTIONS_MAX, Conveyance
from app.interop.conveyance.socket import Shell, incidents_in
from app.interop.conveyance.subscription import ANSWER_S, EIDOS_MAX, MISSED_MAX
from app.interop.eido.write import Issuer, Story, write_eido
from dispatch.entities import Incident
from dispatch.status import Outcome
from tests.unit.app.interop.nena import faults
from tests.unit.app.pictures import Town, empty_view
from tests.unit.dispatch.scene import Scene
from tests.vectors import vector

ISSUER = Issuer("a.example", "southwest")


class Pictures:
    """A scene's incidents, for somebody who may see all of them."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.hidden: set[int] = set()

    def active(self) -> Iterable[Incident]:
        board = self.scene.board
        return [board.incidents[i] for i in sorted(board.open_incidents) if i not in self.hidden]

    def find(self, named: str) -> Incident | None:
        return self.get(int(named)) if named.isdecimal() else None

    def get(self, incident_id: int) -> Incident | None:
        return None if incident_id in self.hidden else self.scene.board.incidents.get(incident_id)

    def resources(self, incident_id: int) -> Iterable[str]:
        return {self.scene.board.assignments[i].unit_id for i in self.scene.incident(incident_id).assignments}

    def eido(self, incident_id: int) -> dict[str, Any]:
        return write_eido(Story.on(self.scene.board, self.scene.incident(incident_id)), ISSUER)


class Talk:
    """A partner and the session, in one's own time."""

    def __init__(self, calls: int = 1) -> None:
        self.scene = Scene()
        for n in range(calls):
            self.scene.call(sign=f"TUC-{n + 1}", psap_call_id=f"c{n}")
        self.pictures = Pictures(self.scene)
        names = count(1)
        self.session = Conveyance(self.pictures, lambda: f"id{next(names)}")
        self.now = 1_000.0
        self.said: list[dict[str, Any]] = []

    def say(self, body: Any) -> list[dict[str, Any]]:
        """Say something and return what was said at once."""
        self.session.hear(json.dumps(body) if not isinstance(body, str | bytes) else body, self.now)
        return self.tick()

    def subscribe(self, **fields: Any) -> list[dict[str, Any]]:
        return self.say({"subscribe": {"requestId": "r1", "requestType": "EIDO", "requestSubType": "new"} | fields})

    def is_over(self) -> bool:
        return self.session.is_over

    def tick(self, seconds: float = 0.0) -> list[dict[str, Any]]:
        """Let time pass, doing what is due when it is due; return what was said meanwhile."""
        end, heard = self.now + seconds, []
        while True:
            self.session.tick(self.now)
            heard += [json.loads(data) for data in self.session.out]
            self.session.out.clear()
            due = self.session.due()
            if due is None or due > end:
                break
            self.now = max(self.now, due)
        self.now = end
        self.said += heard
        return heard

    def change(self, incident: int = 1) -> list[dict[str, Any]]:
        self.session.changed(incident)
        return self.tick()

    def acknowledge(self) -> list[dict[str, Any]]:
        transaction = next(m["event"]["transactionId"] for m in reversed(self.said) if "event" in m)
        return self.say({"eventResponse": {"transactionId": transaction, "statusCode": 200, "statusText": "OK"}})


def ids(messages: list[dict[str, Any]]) -> list[list[str]]:
    """Return the incidents of each event, by our own number."""
    return [
        [eido["incidentComponent"]["internalIncidentId"] for eido in m["event"]["notification"]]
        for m in messages
        if "event" in m
    ]


def test_the_field_s_own_subscription_is_granted_and_told_what_is_active() -> None:
    """The sample's filter is a placeholder: it is not applied, and the answer says so."""
    talk = Talk(calls=2)
    granted, told = talk.say(vector("eido/conveyance/BasicSubscribe.json"))
    answer = granted["subscribeResponse"]
    assert answer["requestId"] == "63bfd612-f558-4489-b653-caa76a7edb9b"
    assert (answer["statusCode"], answer["expires"], answer["minRate"]) == (200, 3_600, 1_500)
    assert "not understood" in answer["statusText"]
    assert told["event"]["subscriptionId"] == answer["subscriptionId"]
    assert ids([told]) == [["1", "2"]]
    for eido in told["event"]["notification"]:
        assert faults(eido) == []


def test_a_real_client_says_eido_in_small_letters_and_leaves_things_out() -> None:
    talk = Talk()
    granted, told = talk.say({"subscribe": {"requestId": "r", "requestType": "eido", "requestSubType": "new",
                                            "subscriptionId": None, "expires": 60, "minRate": 20}})  # fmt: skip
    assert granted["subscribeResponse"]["expires"] == 60
    assert ids([told]) == [["1"]]
    assert ids(Talk().say({"SUBSCRIBE": {}})) == [["1"]]


def test_nobody_active_is_told_as_an_empty_event() -> None:
    granted, told = Talk(calls=0).subscribe()
    assert granted["subscribeResponse"]["statusCode"] == 200
    assert told["event"]["notification"] == []


def test_changes_wait_for_the_acknowledgement_and_come_as_they_stand_then() -> None:
    talk = Talk(calls=2)
    talk.subscribe()
    for _ in range(5):
        assert talk.change(2) == []
    assert talk.change(1) == []
    assert ids(talk.acknowledge()) == [["2", "1"]]
    assert talk.acknowledge() == []
    assert ids(talk.change(1)) == [["1"]]


def test_an_event_nobody_acknowledges_is_told_again_and_after_three_the_subscription_ends() -> None:
    talk = Talk()
    talk.subscribe()
    again = talk.tick(ANSWER_S + 0.1)
    assert ids(again) == [["1"]]
    ended = talk.tick(ANSWER_S * MISSED_MAX)
    assert "terminate" in ended[-1]
    assert talk.is_over()
    assert not talk.session.is_broken


def test_an_acknowledgement_starts_the_count_anew() -> None:
    talk = Talk()
    talk.subscribe()
    for _ in range(MISSED_MAX * 2):
        talk.tick(ANSWER_S + 0.1)
        talk.acknowledge()
        talk.change()
    assert not talk.is_over()


def test_max_rate_spaces_events_and_min_rate_fills_the_silence() -> None:
    talk = Talk()
    talk.subscribe(maxRate=30, minRate=60)
    talk.acknowledge()
    for _ in range(10):
        assert talk.change() == []
    assert ids(talk.tick(29)) == []
    assert ids(talk.tick(2)) == [["1"]]
    talk.acknowledge()
    assert ids(talk.tick(58)) == []
    assert ids(talk.tick(3)) == [[]]


@pytest.mark.parametrize(("asked", "granted"), [(1, 5), (20, 20), (10**9, 3_600), (0, None), ("x", None), (True, None)])
def test_a_rate_out_of_bounds_is_brought_inside(asked: Any, granted: int | None) -> None:
    answer = Talk().subscribe(minRate=asked)[0]["subscribeResponse"]
    assert answer.get("minRate") == granted


def test_a_subscription_ends_in_its_time_unless_it_is_renewed() -> None:
    talk = Talk()
    granted = talk.subscribe(expires=60)[0]["subscribeResponse"]
    talk.acknowledge()
    talk.tick(50)
    renewed = talk.say({"subscribe": {"requestId": "r2", "subscriptionId": granted["subscriptionId"], "expires": 60}})
    assert renewed[0]["subscribeResponse"] == {
        "requestId": "r2", "subscriptionId": granted["subscriptionId"], "expires": 60, "statusCode": 200,
        "statusText": "OK",
    }  # fmt: skip
    talk.tick(50)
    assert not talk.is_over()
    ended = talk.tick(11)
    assert ended[-1]["terminate"]["subscriptionId"] == granted["subscriptionId"]
    assert talk.is_over()
    assert talk.say({"terminateResponse": {"subscriptionId": granted["subscriptionId"], "statusCode": 200}}) == []


def test_what_is_not_there_is_not_found() -> None:
    talk = Talk()
    assert talk.subscribe(subscriptionId="sub1234")[0]["subscribeResponse"]["statusCode"] == 404
    assert talk.say(vector("eido/conveyance/BasicUnsubscribe.json"))[0]["unsubscribeResponse"]["statusCode"] == 404
    assert talk.subscribe(requestSubType="single", incidentId="99")[0]["subscribeResponse"]["statusCode"] == 404
    assert talk.subscribe(requestSubType="resource")[0]["subscribeResponse"]["statusCode"] == 400
    assert talk.subscribe(requestSubType="every")[0]["subscribeResponse"]["statusCode"] == 400
    assert talk.subscribe(requestType="CAP")[0]["subscribeResponse"]["statusCode"] == 400
    assert not talk.is_over()


def test_unsubscribing_is_answered_and_the_last_one_ends_it() -> None:
    talk = Talk()
    first = talk.subscribe()[0]["subscribeResponse"]["subscriptionId"]
    second = talk.subscribe()[0]["subscribeResponse"]["subscriptionId"]
    assert talk.say({"unsubscribe": {"requestId": "u", "subscriptionId": first}})[0]["unsubscribeResponse"] == {
        "requestId": "u", "subscriptionId": first, "statusCode": 200, "statusText": "Unsubscribed",
    }  # fmt: skip
    assert not talk.is_over()
    talk.say({"unsubscribe": {"subscriptionId": second}})
    assert talk.is_over()


def test_a_client_may_end_it_too() -> None:
    talk = Talk()
    name = talk.subscribe()[0]["subscribeResponse"]["subscriptionId"]
    answer = talk.say({"terminate": {"requestId": "t", "subscriptionId": name}})[0]["terminateResponse"]
    assert (answer["statusCode"], answer["subscriptionId"]) == (200, name)
    assert talk.is_over()


def test_one_incident_is_followed_alone_and_to_its_end() -> None:
    talk = Talk(calls=2)
    granted, told = talk.subscribe(requestSubType="single", incidentId="2")
    assert ids([told]) == [["2"]]
    talk.acknowledge()
    assert talk.change(1) == []
    talk.scene.close(2)
    (last,) = talk.change(2)
    assert last["event"]["notification"][0]["incidentComponent"]["incidentStatusCommonRegistryText"] == ["Closed"]
    assert granted["subscribeResponse"]["statusCode"] == 200


def test_a_closed_incident_is_told_once_and_that_was_it() -> None:
    talk = Talk()
    talk.scene.close(1, Outcome.FOUND_WELL)
    _, told = talk.subscribe(requestSubType="single", incidentId="1")
    assert ids([told]) == [["1"]]
    assert talk.change(1) == []
    assert "terminate" in talk.acknowledge()[-1]
    assert talk.is_over()


def test_a_resource_is_followed_where_it_is_sent() -> None:
    talk = Talk(calls=2)
    _, told = talk.subscribe(requestSubType="resource", resourceId="U1")
    assert ids([told]) == [[]]
    talk.acknowledge()
    assert talk.change(1) == []
    talk.scene.unit("U1")  # is offered the oldest incident at once
    assert ids(talk.change(1)) == [["1"]]
    talk.acknowledge()
    assert talk.change(2) == []


def test_only_what_passes_the_filter_is_told() -> None:
    talk = Talk(calls=2)
    talk.scene.call(sign="TUC-9", type="RESCUE", priority=9, psap_call_id="urgent")
    _, told = talk.subscribe(qualFilter="type=RESCUE; priority>=8")
    assert ids([told]) == [["3"]]
    talk.acknowledge()
    assert talk.change(1) == []
    assert ids(talk.change(3)) == [["3"]]


@pytest.mark.parametrize(
    ("written", "passes"),
    [
        ("type=SAR", True), ("type=rescue", False), ("priority>=6", True), ("priority>=7", False),
        ("priority<=6", True),
        ("priority=1,6", True), ("sector=tucson and status=Active", True), ("kind=test", False), ("", None),
        ("colour=red", None), ("priority>=high", None), ("type>=SAR", None), ("type=", None), ("<filter_string>", None),
    ],
)  # fmt: skip
def test_a_filter_is_read_or_it_is_not(written: str, passes: bool | None) -> None:
    found = read_qualifier(written)
    scene = Scene()
    scene.call()
    assert (found.passes(scene.incident()) if found else None) is passes


def test_what_the_client_may_not_see_is_never_told() -> None:
    talk = Talk(calls=2)
    talk.pictures.hidden.add(2)
    _, told = talk.subscribe()
    assert ids([told]) == [["1"]]
    talk.acknowledge()
    assert talk.change(2) == []
    talk.change(1)
    talk.acknowledge()
    talk.session.changed(1)
    talk.pictures.hidden.add(1)  # it left the client's scope before the event went out
    assert ids(talk.tick()) == [[]]


def test_much_that_is_active_comes_in_events_of_a_bounded_size() -> None:
    talk = Talk(calls=EIDOS_MAX * 2 + 3)
    first = ids(talk.subscribe())
    rest = ids(talk.acknowledge()) + ids(talk.acknowledge())
    assert [len(event) for event in first + rest] == [EIDOS_MAX, EIDOS_MAX, 3]
    assert len({number for event in first + rest for number in event}) == EIDOS_MAX * 2 + 3


def test_every_bound_holds() -> None:
    talk = Talk()
    for _ in range(SUBSCRIPTIONS_MAX):
        assert talk.subscribe()[0]["subscribeResponse"]["statusCode"] == 200
    assert talk.subscribe()[0]["subscribeResponse"]["statusCode"] == 429
    for _ in range(300):
        talk.session.hear(json.dumps({"unsubscribe": {}}), talk.now)
    assert talk.session.is_broken


def test_rubbish_is_answered_a_few_times_and_then_ends_it() -> None:
    talk = Talk()
    for rubbish in ("", "[]", "{", '{"subscribe": 7}', b"\x00", '{"hello": {}}', "7", "null"):
        assert not talk.is_over()
        (answer,) = talk.say(rubbish)
        assert answer["subscribeResponse"]["statusCode"] == 400
    assert talk.session.is_broken


def test_a_message_s_fields_may_be_anything() -> None:
    talk = Talk()
    things: tuple[Any, ...] = (None, 7, [], {}, "x" * 10_000, True, 1e308, -1)
    for strange in things:
        talk.say({"subscribe": dict.fromkeys(("requestId", "requestSubType", "subscriptionId", "expires", "minRate",
                                              "maxRate", "qualFilter", "incidentId"), strange)})  # fmt: skip
        talk.say({"eventResponse": {"transactionId": strange}})
        talk.say({"unsubscribe": {"subscriptionId": strange}})
    with pytest.raises(BadMessage):
        read_message("[" * 100_000)


async def test_a_fault_of_ours_closes_the_partner_s_socket_and_spoils_nobody_else_s_frames(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Socket:
        """As much of a websocket as closing one takes."""

        def __init__(self) -> None:
            self.closed: list[int] = []

        async def receive(self) -> dict[str, Any]:
            await asyncio.sleep(60)
            raise AssertionError

        async def close(self, code: int, _: str) -> None:
            self.closed.append(code)

    talk, socket = Talk(), Socket()
    talk.subscribe()
    talk.pictures.get = None  # type: ignore[assignment,method-assign]  # a session that breaks at the next change
    shell = Shell(socket, talk.session)  # type: ignore[arg-type]
    town, view = Town(3), empty_view()
    frames = [frame for events in town.opening() for frame in view.fold(events, b"")]
    while not any(incidents_in(frame) for frame in frames):
        frames += view.fold(town.step(), b"")
    for frame in frames:
        shell.see(frame)
    async with asyncio.timeout(5):
        await shell.run()
    assert socket.closed == [1011]
    assert "a partner's session broke" in caplog.text


def test_half_a_character_in_a_name_breaks_no_answer() -> None:
    (granted, *_) = Talk().say('{"subscribe": {"requestId": "r\\ud83d", "requestSubType": "new"}}')
    assert granted["subscribeResponse"]["requestId"] == "r"
