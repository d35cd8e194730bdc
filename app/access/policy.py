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
    USE_ACCOUNT = "see and leave one's own account"
    CHANGE_ACCOUNT = "change one's own ways in"
    SEE_PEOPLE = "see who has an account"
    MANAGE_PEOPLE = "let people in and out"
    SHARE_INCIDENT = "share incidents with other sectors"
    HOLD_PRIVATE = "hold and erase personal data"
    SEE_HOLDS = "see what is held"
    AUDIT = "read who opened what"
    EXPORT_COUNTS = "export counts"
    EXPORT_INCIDENTS = "export incidents one by one"
    MANAGE_DEVICES = "enrol and revoke agents' devices"
    MANAGE_KEYS = "make and revoke keys"


class Reach(StrEnum):
    """How far a permission goes."""

    ALL = "all"  # what it is about belongs to no sector
    SECTORS = "sectors"  # one's own sectors, and what reaches into them; the region for who has none named
    REGION = "region"  # only who has the region: nobody's own sector is what it is about
    UNIT = "unit"  # one's own unit
    CALLS = "calls"  # incidents of one's own callers


Grants = dict[Role, Reach]
_DESK: Final[Grants] = {Role.DISPATCHER: Reach.SECTORS, Role.SUPERVISOR: Reach.SECTORS}
_FLOOR: Final[Grants] = {Role.DISPATCHER: Reach.ALL, Role.SUPERVISOR: Reach.ALL}
_EVERYBODY: Final[Grants] = {role: Reach.ALL for role in Role if role is not Role.TRACKER}
_PEOPLE: Final[Grants] = dict.fromkeys((Role.DISPATCHER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR), Reach.ALL)
# What is set up and then left alone. A dispatcher may only where one answers for the whole region: in an installation
# without accounts there is nobody else.
_SET_UP: Final[Grants] = {
    Role.DISPATCHER: Reach.REGION,
    Role.SUPERVISOR: Reach.SECTORS,
    Role.ADMINISTRATOR: Reach.ALL,
}

POLICY: Final[dict[Action, Grants]] = {
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
    Action.SHARE_INCIDENT: _DESK,
    Action.HANDLE_ALARM: _DESK,
    Action.OPEN_PRIVATE: _DESK,
    Action.SEE_UNIT: {**_DESK, Role.AGENT: Reach.UNIT},
    Action.ACT_IN_FIELD: {**_DESK, Role.AGENT: Reach.UNIT},
    Action.SET_MODE: _DESK,  # whoever is on the floor at three in the morning can take the automation's hand off
    Action.SEE_TOWERS: {**_DESK, Role.ADMINISTRATOR: Reach.ALL},
    Action.SEE_DELIVERIES: _DESK,
    Action.BIND_DEVICE: _SET_UP,
    Action.MANAGE_WEBHOOKS: _SET_UP,
    Action.MANAGE_ZONES: {**_SET_UP, Role.SUPERVISOR: Reach.REGION},
    Action.USE_ACCOUNT: _PEOPLE,
    Action.CHANGE_ACCOUNT: _PEOPLE,
    Action.SEE_PEOPLE: {Role.ADMINISTRATOR: Reach.ALL},
    Action.MANAGE_PEOPLE: {Role.ADMINISTRATOR: Reach.ALL},
    Action.HOLD_PRIVATE: {Role.SUPERVISOR: Reach.SECTORS},
    Action.SEE_HOLDS: {Role.SUPERVISOR: Reach.SECTORS, Role.AUDITOR: Reach.ALL},
    Action.AUDIT: {Role.AUDITOR: Reach.ALL},
    Action.EXPORT_COUNTS: {Role.SUPERVISOR: Reach.SECTORS, Role.AUDITOR: Reach.ALL},
    Action.EXPORT_INCIDENTS: {Role.SUPERVISOR: Reach.SECTORS},
    # A desk may report for its units by voice anyway; and a lost phone is lost at night, when nobody else is there.
    Action.MANAGE_DEVICES: {**_DESK, Role.ADMINISTRATOR: Reach.ALL},
    Action.MANAGE_KEYS: {Role.ADMINISTRATOR: Reach.ALL},
}

# What only somebody who has signed in does: a key is nobody's account.
FOR_SESSIONS: Final = frozenset({Action.USE_ACCOUNT, Action.CHANGE_ACCOUNT, Action.SEE_PEOPLE, Action.MANAGE_PEOPLE})

# What a session does whose person has not touched the screen for a while: board and alarms run on, acts wait. Reading
# (GET) goes on as well, but for what is sealed; so does what is asked by POST and records nothing.
SEEN_WHILE_IDLE: Final = frozenset(
    {Action.WATCH, Action.INTRODUCE_ONESELF, Action.USE_ACCOUNT, Action.RESOLVE, Action.SEE_INCIDENT}
)
# What a stolen open screen could get a foothold with: it needs a fresh proof of who sits there.
STEP_UP: Final = frozenset({Action.CHANGE_ACCOUNT, Action.MANAGE_PEOPLE})

# Who may listen to what, by the word before the colon. A topic that is not here is nobody's.
HEARS: Final[dict[str, Grants]] = {
    "board": {Role.DISPATCHER: Reach.REGION, Role.SUPERVISOR: Reach.REGION},
    "sector": _DESK,
    "unit": {Role.DISPATCHER: Reach.REGION, Role.SUPERVISOR: Reach.REGION, Role.AGENT: Reach.UNIT},
}

# What a client may send on the stream: only who may do this for the unit that is its own. The desk acts over HTTP.
FRAMES: Final[dict[str, Action]] = {
    "received": Action.ACT_IN_FIELD,
    "accept": Action.ACT_IN_FIELD,
    "decline": Action.ACT_IN_FIELD,
    "status": Action.ACT_IN_FIELD,
    "mayday": Action.ACT_IN_FIELD,
    "duty": Action.ACT_IN_FIELD,
    "position": Action.REPORT_POSITION,
    "renew": Action.WATCH,
}


def may_send(role: Role, kind: str) -> bool:
    """Whether who has this role may send a frame of this kind on the stream."""
    action = FRAMES.get(kind)
    return action is not None and reach_of(role, action) is Reach.UNIT


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
