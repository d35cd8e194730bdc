"""Who may do what, and how far: the one table. What is not in it is forbidden; a test walks every route and socket."""

from enum import StrEnum
from typing import Final

from app.access.identity import Identity, Role


class Action(StrEnum):
    """What somebody may be allowed to do. Every route and every frame names exactly one."""

    REPORT_CALL = "report calls"
    REPORT_ALERT = "report alerts"
    REPORT_POSITION = "report positions"
    REPORT_WEATHER = "report weather"
    RESOLVE = "resolve what was read out"
    LOOK_UP_SIGN = "look up signs and sectors"
    INTRODUCE_ONESELF = "be told who one is"
    WATCH = "watch the board"
    FOLLOW = "follow incidents as another agency"
    SEE_INCIDENT = "see incidents"
    HANDLE_INCIDENT = "handle incidents"
    HANDLE_ALARM = "handle alarms"
    OPEN_PRIVATE = "open what is sealed"
    SEE_UNIT = "see units"
    ACT_IN_FIELD = "report from the field"
    SET_MODE = "set a sector's mode"
    SEE_TOWERS = "see towers' health"
    BIND_DEVICE = "bind devices to towers"
    SEE_DELIVERIES = "see and send again what partners are told"
    MANAGE_WEBHOOKS = "manage webhooks"
    MANAGE_ZONES = "replace weather zones"
    MANAGE_DEVICES = "enrol and revoke agents' devices"
    MANAGE_KEYS = "make and revoke keys"


class Reach(StrEnum):
    """How far a permission goes."""

    ALL = "all"  # what it is about belongs to no sector
    SECTORS = "sectors"  # one's own sectors, and what reaches into them; the region for who has none named
    UNIT = "unit"  # one's own unit
    CALLS = "calls"  # incidents of one's own callers


_DESK: Final[dict[Role, Reach]] = {Role.DISPATCHER: Reach.SECTORS, Role.SUPERVISOR: Reach.SECTORS}
_FLOOR: Final[dict[Role, Reach]] = {Role.DISPATCHER: Reach.ALL, Role.SUPERVISOR: Reach.ALL}
_EVERYBODY: Final[dict[Role, Reach]] = {role: Reach.ALL for role in Role if role is not Role.TRACKER}

POLICY: Final[dict[Action, dict[Role, Reach]]] = {
    Action.REPORT_CALL: {**_FLOOR, Role.PSAP: Reach.ALL},
    Action.REPORT_ALERT: {**_FLOOR, Role.PSAP: Reach.ALL, Role.TOWER: Reach.ALL},
    Action.REPORT_POSITION: {Role.TRACKER: Reach.UNIT, Role.AGENT: Reach.UNIT},
    Action.REPORT_WEATHER: {**_FLOOR, Role.PSAP: Reach.ALL},
    Action.RESOLVE: {**_FLOOR, Role.PSAP: Reach.ALL},
    Action.LOOK_UP_SIGN: _EVERYBODY,
    Action.INTRODUCE_ONESELF: _EVERYBODY,
    Action.WATCH: {**_DESK, Role.AGENT: Reach.UNIT},
    Action.FOLLOW: {**_DESK, Role.PARTNER: Reach.SECTORS, Role.PSAP: Reach.CALLS},
    Action.SEE_INCIDENT: _DESK,
    Action.HANDLE_INCIDENT: _DESK,
    Action.HANDLE_ALARM: _DESK,
    Action.OPEN_PRIVATE: _DESK,
    Action.SEE_UNIT: {**_DESK, Role.AGENT: Reach.UNIT},
    Action.ACT_IN_FIELD: {**_DESK, Role.AGENT: Reach.UNIT},
    Action.SET_MODE: _DESK,
    Action.SEE_TOWERS: _DESK,
    Action.BIND_DEVICE: _FLOOR,
    Action.SEE_DELIVERIES: _DESK,
    Action.MANAGE_WEBHOOKS: _DESK,
    Action.MANAGE_ZONES: _FLOOR,
    # A desk may report for its units by voice anyway; and a lost phone is lost at night, when nobody else is there.
    Action.MANAGE_DEVICES: {**_DESK, Role.ADMINISTRATOR: Reach.ALL},
    Action.MANAGE_KEYS: {Role.ADMINISTRATOR: Reach.ALL},
}


def reach_of(role: Role, action: Action) -> Reach | None:
    """Return how far a role may do this, None when it may not."""
    return POLICY[action].get(role)


def roles_for(action: Action) -> frozenset[Role]:
    """Return who may do this at all."""
    return frozenset(POLICY[action])


def may(identity: Identity, action: Action) -> bool:
    """Whether somebody may do this at all: by their role, within what their key was narrowed to."""
    in_scope = identity.scopes is None or scope_name(action) in identity.scopes
    return identity.role in POLICY[action] and in_scope


def scope_name(action: Action) -> str:
    """Return what a key's scope calls an action: `report_call`."""
    return action.name.lower()
