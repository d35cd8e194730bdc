"""From a tower's message to the desk: a press is distress, and recorded before the network is answered.

Only transitions of a tower's state are told to the desk: it says how it is many times a day, and the desk's rules keep
every report they are given.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from app.access.identity import Identity
from app.intake import alerts, calls
from app.intake.lenient import FUTURE_MAX, PAST_MAX, Warnings
from app.interop.tower.devices import device_key
from app.interop.tower.health import Heard
from app.interop.tower.message import TowerMessage
from app.problems import checked
from app.requests import Request
from app.services import Services
from app.stream.acts import command_id
from dispatch.commands import RaiseSystemAlarm, ReportTower
from dispatch.entities import Call, Place
from dispatch.status import AlarmKind, Kind
from geo.sign import SignKind

LOW_BATTERY_PERCENT: Final = 15.0  # when the device itself does not say: days of winter nights left for a solar mast
CHARGED_PERCENT: Final = 25.0  # it rings no more above this, so that a value on the edge does not ring by the hour
RADIUS_OF_FIX_M: Final = 30.0  # a GNSS fix under open sky, its 90 %


@dataclass(frozen=True, slots=True)
class Speaker:
    """The tower a message is from; `place` is None when the registry does not know it."""

    tower_id: str
    place: Place | None
    sector: str | None
    kind: Kind
    is_bound: bool


async def take(services: Services, identity: Identity, message: TowerMessage, raw: bytes) -> dict[str, Any]:
    """Record what a tower's device said and return what became of it. Raises Problem, DeskUnavailable."""
    now = services.clock.now()
    speaker, warnings = _speaker(services, message), list(message.warnings)
    at = _time(message, now, warnings)
    is_tower = speaker.is_bound or speaker.place is not None or not message.is_personal
    answer: dict[str, Any] = {"tower_id": speaker.tower_id} if is_tower else {}
    if is_tower and speaker.place is None:
        warnings.append("tower_id: no tower of the registry is bound to this device")
    source = _source(services, message, is_tower=is_tower)
    asked = _asked(services, identity, message, speaker, raw, at, source, tuple(warnings), now)
    if asked is not None:
        if source is not None:
            digest = services.sealer.digest("press", source.encode())
            asked = replace(asked, id=command_id(identity, source), digest=digest)
        answer |= checked(await services.submit(asked))
    if is_tower:
        if message.is_heard or message.vitals.said():
            heard = Heard(speaker.tower_id, device_key(message.device_id), message.network, at, message.vitals)
            services.tower_health.hear(heard)
        for report in _changes(services, message, speaker, at):
            await services.submit(Request(report, by=identity.name))
    return {**answer, "understood": message.understood, "warnings": tuple(warnings)}


def _source(services: Services, message: TowerMessage, *, is_tower: bool) -> str | None:
    """Return the message's own id, the same when it comes again; of a person's own device no number stands in it."""
    if message.message_id is None:
        return None
    tested = "test:" if message.kind is Kind.TEST else ""  # a simulation may bear the number of a real one to come
    return f"{_device_prefix(services, message, is_tower=is_tower)}{tested}{message.message_id}"


def _device_prefix(services: Services, message: TowerMessage, *, is_tower: bool) -> str:
    device = device_key(message.device_id)
    if not is_tower:
        device = services.sealer.digest("device", device.encode()).hex()[:16]
    return f"{message.network}:{device}:"


def _asked(
    services: Services,
    identity: Identity,
    message: TowerMessage,
    speaker: Speaker,
    raw: bytes,
    at: datetime,
    source: str | None,
    warnings: tuple[str, ...],
    now: datetime,
) -> Request | None:
    """Return what the desk is asked; None when the message changes nothing there."""
    kind = message.kind if message.kind is not Kind.REAL else speaker.kind
    is_person = not speaker.is_bound and speaker.place is None and (message.is_personal or message.point is not None)
    if message.pressed and is_person:
        return _call(services, identity, message, raw, at, kind, source, now)
    if message.pressed:
        rang = _rang_as(services, message, speaker)
        return alerts.press(raw, rang, speaker.place, source, kind, at, warnings, identity.name, now, services.intake)
    if message.is_cancelled:
        incident_id = _open_incident(services, identity, message, speaker, is_person=is_person)
        if incident_id is not None:
            reason = "the sender took its SOS back; it stays open until somebody has spoken to them"
            return Request(RaiseSystemAlarm(reason, incident_id), by=identity.name)
    elif not message.is_readable:
        reason = f"tower {speaker.tower_id}: device {device_key(message.device_id)} sends what no decoder reads"
        if services.view.board.open_alarm(AlarmKind.SYSTEM, reason=reason) is None:  # once is enough to make it ring
            return Request(RaiseSystemAlarm(reason), by=identity.name)
    return None


def _call(
    services: Services,
    identity: Identity,
    message: TowerMessage,
    raw: bytes,
    at: datetime,
    kind: Kind,
    source: str | None,
    now: datetime,
) -> Request:
    """Return a call with the device's own fix: somebody presses a button that hangs on no tower we know.

    While that is open, what the device says next is an update of the same call.
    """
    earlier = _open_call(services, identity, message)
    fields: dict[str, Any] = {
        "call_id": earlier.psap_call_id if earlier else source,
        "kind": kind.value,
        "narrative": message.words or f"the alarm button of a device on {message.network}",
        "occurred_at": at.isoformat(),
    }
    if message.point is not None:
        fields["device"] = {"lat": message.point.lat, "lon": message.point.lon, "radius_m": RADIUS_OF_FIX_M}
    return calls.call_of(fields, raw, identity.name, identity.sectors, now, services.intake, Warnings())


def _open_call(services: Services, identity: Identity, message: TowerMessage) -> Call | None:
    """Return the call a person's own device began, as long as its incident is open."""
    prefix, board = _device_prefix(services, message, is_tower=not message.is_personal), services.view.board
    for call in reversed(board.calls.values()):
        if call.psap == identity.name and (call.psap_call_id or "").startswith(prefix):
            return call if board.incidents[call.incident_id].is_open else None
    return None


def _open_incident(
    services: Services, identity: Identity, message: TowerMessage, speaker: Speaker, *, is_person: bool
) -> int | None:
    if is_person:
        call = _open_call(services, identity, message)
        return call.incident_id if call else None
    board = services.view.board
    for alert_id in reversed(board.alerts_at_tower.get(speaker.tower_id, ())):
        incident_id = board.alerts[alert_id].incident_id
        return incident_id if board.incidents[incident_id].is_open else None
    return None


def _rang_as(services: Services, message: TowerMessage, speaker: Speaker) -> str:
    """Return under which tower's id a press counts: a device that rang before it was bound rings for that incident."""
    own, board = device_key(message.device_id), services.view.board
    last = next(reversed(board.alerts_at_tower.get(own, ())), None)
    is_open = last is not None and board.incidents[board.alerts[last].incident_id].is_open
    return own if is_open else speaker.tower_id


def _changes(services: Services, message: TowerMessage, speaker: Speaker, at: datetime) -> list[ReportTower]:
    """Return what is to be told of the tower's state, as far as it differs from what is known."""
    known = services.view.board.towers.get(speaker.tower_id)
    wanted: dict[str, bool] = {}
    if message.is_heard and known is not None and known.silent:
        wanted["heartbeat"] = True
    if message.tamper is not None and message.tamper != (known is not None and known.tamper):
        wanted["tamper"] = message.tamper
    was_low = known is not None and known.low_battery
    low = _is_low(message, was=was_low)
    if low is not None and low != was_low:
        wanted["low_battery"] = low
    return [ReportTower(speaker.tower_id, speaker.sector, what, on, at) for what, on in wanted.items()]


def _is_low(message: TowerMessage, *, was: bool) -> bool | None:
    """Whether the battery is low: as the device says, else by its level, with a gap between ringing and not."""
    if message.low_battery is not None:
        return message.low_battery
    percent = message.vitals.battery_percent
    if percent is None:
        return None
    return percent < (CHARGED_PERCENT if was else LOW_BATTERY_PERCENT)


def _speaker(services: Services, message: TowerMessage) -> Speaker:
    """Find whose message it is: as bound by an operator, else by a name the network gives it that is a tower's id."""
    bound = services.devices.find(message.device_id)
    names = (bound.tower_id,) if bound else message.names
    kind = bound.kind if bound else Kind.REAL
    for name in names:
        sign = services.signs.find(name)
        if sign is not None and sign.kind is SignKind.RESCUE_TOWER:
            return Speaker(sign.sign_id, alerts.place_of(sign), sign.sector, kind, bound is not None)
    return Speaker(bound.tower_id if bound else device_key(message.device_id), None, None, kind, bound is not None)


def _time(message: TowerMessage, now: datetime, warnings: list[str]) -> datetime:
    """Return when it was said, by the sender's clock if that can be; a late message keeps its own time."""
    if message.at is None:
        return now
    if not now - PAST_MAX <= message.at <= now + FUTURE_MAX:
        warnings.append("time: the sender's clock is off, ours is used")
        return now
    return min(message.at, now)
