"""A person's words for why are sealed; codes and the service's own words are not, and old events still read."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from app.codec import decode_event, encode_event
from app.reasons import CODES, seal_reason
from app.sealing import KeyFile, Sealer
from dispatch.commands import AddNote, Assign, Command, DeclineOffer, Reassign, StandDown
from dispatch.events import AssignmentCancelled, OfferDeclined

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
WORDS = "her name is Xochitl"


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    return Sealer(KeyFile(tmp_path / "keys.json"), "southwest")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Assign(1, "U1", "d1", WORDS), ""),
        (Reassign(1, "U1", "d1", WORDS), ""),
        (StandDown(1, "d1", WORDS), ""),
        (DeclineOffer("U1", 1, WORDS), "other"),
    ],
)
def test_words_are_sealed_and_the_command_names_them(sealer: Sealer, command: Command, code: str) -> None:
    kept, (value,) = seal_reason(sealer, command, "d1", NOW)
    assert isinstance(kept, type(command))
    assert (kept.reason, kept.sealed) == (code, str(value.id))  # type: ignore[union-attr]
    assert WORDS not in repr(kept)
    assert sealer.open(value) == {"text": WORDS, "by": "d1"}


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_stays_as_it_is(sealer: Sealer, code: str) -> None:
    command = DeclineOffer("U1", 1, code)
    assert seal_reason(sealer, command, "u1", NOW) == (command, ())


def test_what_has_no_reason_is_left_alone(sealer: Sealer) -> None:
    command = AddNote(1, "sealed", "d1")
    assert seal_reason(sealer, command, "d1", NOW) == (command, ())


@pytest.mark.parametrize(
    "line",
    [
        b'"kind":"offer.declined","v":1,"event":{"assignment_id":7,"reason":"no fuel"}',
        b'"kind":"assignment.cancelled","v":1,"event":{"assignment_id":7,"reason":"flat","hear_by":"2026-07-01T12:00:10Z"}',
    ],
)
def test_events_recorded_before_reasons_were_sealed_are_read_as_they_were(line: bytes) -> None:
    whole = b'{"seq":9,"at":"2026-07-01T12:00:00Z",' + line + b"}"
    event = decode_event(whole).event
    assert isinstance(event, OfferDeclined | AssignmentCancelled)
    assert (event.reason, event.sealed) == ("no fuel" if isinstance(event, OfferDeclined) else "flat", None)


def test_new_ones_say_that_they_are_of_the_second_kind() -> None:
    body = encode_event(9, NOW, OfferDeclined(7, "other", "ref"), UUID(int=1), "u1")
    assert b'"v":2' in body
    assert decode_event(body).event == OfferDeclined(7, "other", "ref")
