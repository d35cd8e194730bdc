"""Topics and frames as the table gives them; and the page that shows the table is today's."""

import pytest

from app.access.hearing import may_hear
from app.access.identity import Identity, Role
from app.access.policy import FRAMES, POLICY, Action, may_send
from app.access.table import PAGE, table, written


def who(role: Role, *sectors: str, unit: str | None = None) -> Identity:
    return Identity("k", role, "somebody", sectors, unit)


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.SUPERVISOR])
def test_the_floor_hears_its_sectors_and_who_has_the_region_hears_everything(role: Role) -> None:
    heard = [t for t in ("board", "sector:TUC", "sector:YUM", "unit:U1") if may_hear(who(role, "TUC"), t)]
    assert heard == ["sector:TUC"]
    assert all(may_hear(who(role), t) for t in ("board", "sector:TUC", "unit:U1"))


def test_an_agent_hears_its_unit_and_nothing_else() -> None:
    agent = who(Role.AGENT, unit="U1")
    topics = ("unit:U1", "unit:U12", "unit:", "sector:TUC", "board", "units:U1")
    assert [t for t in topics if may_hear(agent, t)] == ["unit:U1"]


@pytest.mark.parametrize("role", [Role.PSAP, Role.TOWER, Role.ADMINISTRATOR, Role.AUDITOR, Role.PARTNER, Role.TRACKER])
@pytest.mark.parametrize("topic", ["board", "sector:TUC", "unit:U1", "", ":", "nothing"])
def test_nobody_else_hears_anything(role: Role, topic: str) -> None:
    assert not may_hear(who(role, unit="U1"), topic)


def test_what_an_identity_hears_by_itself_it_may_hear() -> None:
    for one in (who(Role.DISPATCHER), who(Role.SUPERVISOR, "TUC", "YUM"), who(Role.AGENT, unit="U1")):
        assert one.topics()
        assert all(may_hear(one, topic) for topic in one.topics())


def test_only_a_unit_s_own_device_speaks() -> None:
    speaking = {role for role in Role for kind in FRAMES if may_send(role, kind)}
    assert speaking == {Role.AGENT, Role.TRACKER}  # a tracker has no stream to send its position on
    assert Role.TRACKER not in POLICY[Action.WATCH]
    assert not may_send(Role.AGENT, "steer")


def test_the_page_shows_today_s_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page
    assert table() in page
