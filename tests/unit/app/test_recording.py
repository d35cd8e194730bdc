"""The frames kept for the screens' own tests are of every kind that is sent, and of today's contract."""

import json

from dispatch.events import KINDS
from tests.integration.agreement import check_frames
from tests.recording import FILE, UNSEEN


def test_the_recorded_frames_are_of_every_kind_and_of_the_published_contract() -> None:
    recordings = json.loads(FILE.read_text(encoding="utf-8"))
    kinds = set[str]()
    for one in recordings:
        assert one["snapshots"], one["topics"]
        kinds |= check_frames(one["frames"])
    assert kinds == set(KINDS) - UNSEEN
    assert any("gone" in frame for one in recordings for frame in one["frames"])
