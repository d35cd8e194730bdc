"""One command in, its events out: the whole of dispatching as one table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dispatch import commands as c
from dispatch.board import Board
from dispatch.entities import Row
from dispatch.errors import Refusal
from dispatch.events import Event
from dispatch.fold import apply
from dispatch.rules import alarms, calls, dispatcher, field, incidents, places, relations, setup, shares, timers, towers
from dispatch.rules.turn import Reply, Turn

RULES: Final[dict[type, Callable[[Board, Any, datetime], Turn]]] = {
    c.ReportCall: calls.report_call,
    c.ReportAlert: towers.report_alert,
    c.ReportTower: towers.report_tower,
    c.AcceptOffer: field.accept_offer,
    c.DeclineOffer: field.decline_offer,
    c.ReportStatus: field.report_status,
    c.RaiseMayday: field.raise_mayday,
    c.HearFrame: field.hear_frame,
    c.MissUnit: field.miss_unit,
    c.SetDuty: field.set_duty,
    c.Assign: dispatcher.assign,
    c.Reassign: dispatcher.reassign,
    c.StandDown: dispatcher.stand_down,
    c.Release: dispatcher.release,
    c.AcceptPlace: places.accept_place,
    c.SetPriority: incidents.set_priority,
    c.AddNote: incidents.add_note,
    c.RecordOutcome: incidents.record_outcome,
    c.Reopen: incidents.reopen,
    c.LinkIncidents: relations.link,
    c.UnlinkIncidents: relations.unlink,
    c.MergeIncidents: relations.merge,
    c.SplitIncident: relations.split,
    c.HandOff: incidents.hand_off,
    c.OfferShare: shares.offer_share,
    c.AgreeShare: shares.agree_share,
    c.DeclineShare: shares.decline_share,
    c.Recall: incidents.recall,
    c.AcknowledgeAlarm: alarms.acknowledge,
    c.ClearAlarm: alarms.clear,
    c.RaiseSystemAlarm: alarms.raise_system,
    c.TimeIsUp: timers.time_is_up,
    c.TakeOver: timers.take_over,
    c.RegisterUnits: setup.register_units,
    c.ConfigureSectors: setup.configure_sectors,
    c.SetMode: setup.set_mode,
    c.RecordRegistryImport: setup.record_registry_import,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command led to. A refusal may come with events: a touched app is a fact even so.

    `rows`: for each event the rows that its fold made.
    """

    events: tuple[Event, ...]
    rows: tuple[tuple[Row, ...], ...]
    reply: Reply
    refusal: Refusal | None = None


def decide(board: Board, command: c.Command, now: datetime) -> Decision:
    """Decide one command. The board moves only by folding the events returned here, so any fold of them agrees.

    An exception other than a refusal is a bug, and leaves the board unfit: the caller rebuilds it.
    """
    turn = RULES[type(command)](board, command, now)
    events: list[Event] = []
    rows: list[tuple[Row, ...]] = []
    try:
        while True:
            event = next(turn)
            apply(board, event, board.seq + 1, now)
            events.append(event)
            rows.append(board.drop_touched())
    except StopIteration as end:
        return Decision(tuple(events), tuple(rows), end.value)
    except Refusal as refusal:
        return Decision(tuple(events), tuple(rows), {}, refusal)
