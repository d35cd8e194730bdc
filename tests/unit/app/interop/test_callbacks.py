"""What a PSAP hears of its caller, and that it can tell that we said it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.codec import decode_event, encode_event
from app.interop.callbacks.delivery import BadAddress, check_address
from app.interop.callbacks.news import KINDS, Callback, callbacks_of, news_of
from app.interop.callbacks.signing import headers, secret_of
from app.sealing import KeyFile, Sealer
from dispatch import commands as c
from dispatch.events import NAMES
from dispatch.status import AssignmentStatus, Outcome
from tests.unit.app.pictures import COMMAND
from tests.unit.dispatch.scene import Scene

ISSUER = ("southwest", "a.example")


def told(scene: Scene, wanted: frozenset[str] = frozenset({"PSAP"})) -> list[Callback]:
    """Return the messages of everything that has happened, as the outbox makes them from the ledger's bytes."""
    found = []
    for seq, event in enumerate(scene.events, 1):
        if NAMES[type(event)] not in KINDS:
            assert news_of(event, scene.board) is None
            continue
        recorded = decode_event(encode_event(seq, scene.now, event, COMMAND, "test"))
        news = news_of(recorded.event, scene.board)
        if news is not None:
            incident = scene.incident(news.incident_id)
            calls = [scene.board.calls[i] for i in incident.calls]
            found += callbacks_of(recorded, news, incident, calls, wanted, ISSUER)
    return found


def bodies(scene: Scene) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in told(scene)]


def test_a_psap_hears_of_its_caller_from_accepted_to_closed() -> None:
    scene = Scene()
    scene.unit("U1")
    scene.call(psap_call_id="TPD-1")
    scene.accept()
    for status in (AssignmentStatus.EN_ROUTE, AssignmentStatus.ON_SCENE, AssignmentStatus.CLEARED):
        scene.report(status)
    scene.close(1, Outcome.FOUND_INJURED)
    heard = bodies(scene)
    assert [each["event"] for each in heard] == ["accepted", "dispatched", "on_scene", "closed"]
    assert {each["call_id"] for each in heard} == {"TPD-1"}
    assert heard[1]["unit_id"] == heard[2]["unit_id"] == "U1"
    assert heard[3]["disposition"] == {"code": "25", "outcome": "found_injured"}
    assert [each["seq"] for each in heard] == sorted(each["seq"] for each in heard)


@pytest.mark.parametrize("outcome", [Outcome.FALSE_ACTIVATION, Outcome.TEST, Outcome.SELF_RECOVERED])
def test_what_nobody_was_sent_to_is_rejected_with_the_reason(outcome: Outcome) -> None:
    scene = Scene()
    scene.call()
    scene.close(1, outcome, cancelled=True)
    assert [(each["event"], each.get("reason")) for each in bodies(scene)] == [
        ("accepted", None),
        ("rejected", outcome),
    ]


def test_what_was_cancelled_on_the_way_is_closed_not_rejected() -> None:
    scene = Scene()
    scene.unit("U1")
    scene.call()
    scene.accept()
    scene.close(1, Outcome.SELF_RECOVERED, cancelled=True, release_units=True)
    assert [each["event"] for each in bodies(scene)] == ["accepted", "dispatched", "closed"]


def test_every_psap_of_an_incident_hears_of_it_under_its_own_call_and_no_other() -> None:
    scene = Scene()
    scene.call(psap="PSAP", psap_call_id="a", caller="one")
    scene.call(psap="OTHER", psap_call_id="b", caller="one")
    scene.call(psap="PSAP", psap_call_id=None, sign="TUC-7")
    scene.close(1)
    both = told(scene, frozenset({"PSAP", "OTHER"}))
    assert [(each.psap, each.psap_call_id, each.event) for each in both] == [
        ("PSAP", "a", "accepted"), ("OTHER", "b", "accepted"), ("PSAP", "a", "closed"), ("OTHER", "b", "closed"),
    ]  # fmt: skip
    assert {each.psap for each in told(scene, frozenset({"OTHER"}))} == {"OTHER"}
    assert told(scene, frozenset()) == []


def test_it_hears_when_it_is_opened_again_and_who_took_it_over() -> None:
    scene = Scene()
    scene.call()
    scene.close(1, Outcome.TRANSFERRED, agency="Pima County Sheriff")
    scene.say(c.Reopen(1, "d1"))
    heard = bodies(scene)
    assert heard[1]["disposition"] == {"code": "15", "outcome": "transferred", "agency": "Pima County Sheriff"}
    assert heard[2]["event"] == "reopened"


def test_a_tower_s_alert_has_no_psap_to_tell() -> None:
    scene = Scene()
    scene.alert()
    scene.close(1, Outcome.FALSE_ACTIVATION)
    assert told(scene) == []


def test_a_receiver_s_library_knows_that_it_is_ours(tmp_path: Path) -> None:
    sealer = Sealer(KeyFile(tmp_path / "keys.json"), "southwest")
    body = b'{"event":"accepted"}'
    signed = headers(sealer, "PSAP", "cb_7", int(datetime.now(UTC).timestamp()), body)
    assert Webhook(secret_of(sealer, "PSAP")).verify(body, signed) == {"event": "accepted"}
    for secret, text in ((secret_of(sealer, "OTHER"), body), (secret_of(sealer, "PSAP"), body + b" ")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(text, signed)


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("https://psap.example.org/auxilio", True), ("http://127.0.0.1:9000/x", True), ("http://localhost/x", True),
        ("http://psap.example.org/x", False), ("https://user:secret@psap.example.org/", False), ("ftp://x/", False),
        ("https://", False), ("psap.example.org", False), ("", False), ("file:///etc/passwd", False),
    ],
)  # fmt: skip
def test_a_call_back_goes_nowhere_it_could_be_read_on_the_way(url: str, is_fine: bool) -> None:
    if is_fine:
        assert check_address(url) == url
    else:
        with pytest.raises(BadAddress):
            check_address(url)
