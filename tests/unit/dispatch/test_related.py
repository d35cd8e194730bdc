"""What a call being typed would join or double: said beforehand, it is what happens afterwards."""

import pytest

from dispatch.related import Outlook, Related, foresee
from dispatch.status import Kind
from tests.unit.dispatch.scene import Scene, north, place_at


def ask(scene: Scene, caller: str | None, steps: float | None = 0.0, sign: str | None = "TUC-1") -> Outlook:
    place = None if steps is None else place_at(north(steps), sign)
    return foresee(scene.board, caller, Kind.REAL, place, scene.now)


def test_the_same_number_and_sign_come_first_and_are_joined(scene: Scene) -> None:
    scene.call(caller="maria")
    scene.call("TUC-2", north(0.3), caller="jose")
    found = ask(scene, "maria")
    assert found.joins == 1
    assert [(one.incident_id, one.relations) for one in found.related] == [
        (1, ("same_number", "same_sign", "near")),
        (2, ("near",)),
    ]
    assert found.related[0].distance_m == 0.0
    assert 3_300 < (found.related[1].distance_m or 0) < 3_400


def test_a_number_without_a_place_is_enough(scene: Scene) -> None:
    scene.call(caller="maria")
    assert ask(scene, "maria", steps=None) == Outlook(1, (Related(1, ("same_number",), None),))


def test_what_is_far_of_another_kind_or_closed_is_not_near(scene: Scene) -> None:
    scene.call("TUC-2", north(0.6), caller="far")
    scene.call("TUC-1", caller="tests", kind=Kind.TEST)
    scene.call("TUC-1", caller="closed")
    scene.close(3)
    assert ask(scene, None) == Outlook(None, ())
    (found,) = ask(scene, "closed").related
    assert (found.incident_id, found.relations) == (3, ("follows",))


@pytest.mark.parametrize(
    ("caller", "sign", "steps"), [("maria", "TUC-1", 0.0), ("maria", "TUC-9", 0.6), ("x", "TUC-1", 0)]
)
def test_what_is_foreseen_is_what_happens(scene: Scene, caller: str, sign: str, steps: float) -> None:
    scene.call(caller="maria")
    foreseen = ask(scene, caller, steps, sign)
    before = scene.board.seq
    reply = scene.call(sign, north(steps), caller=caller)
    assert before < scene.board.seq
    assert foreseen.joins == (reply["incident_id"] if reply["joined"] else None)
    if not reply["joined"]:
        links = {link.incident_id for link in scene.incident(reply["incident_id"]).links}
        assert links <= {one.incident_id for one in foreseen.related}
