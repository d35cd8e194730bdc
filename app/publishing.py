"""From a committed batch to everybody who must know: view, sockets, relay; synchronous, and waiting for nobody."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence

from app.codec import Recorded
from app.frames import Frame
from app.metrics.progress import count_progress
from app.requests import DeskUnavailable
from app.services import Services
from app.store.ledger import Batch
from dispatch.commands import MissUnit
from dispatch.events import AssignmentCancelled, AssignmentPreempted, OfferMade, PlaceChanged

log = logging.getLogger(__name__)

MUST_HEAR = (OfferMade, PlaceChanged, AssignmentCancelled, AssignmentPreempted)


class Publisher:
    """Folds committed events into the view and hands out their frames; told by the desk, or by the follower."""

    def __init__(self) -> None:
        self._services: Services | None = None
        self._relay: Callable[[Batch], None] | None = None
        self._reached: Callable[[str], bool] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connect(
        self,
        services: Services,
        *,
        relay: Callable[[Batch], None] | None = None,
        reached: Callable[[str], bool] | None = None,
    ) -> None:
        """Say where frames go. `reached` tells whether a unit's device is connected anywhere; only the desk asks it."""
        self._services, self._relay, self._reached = services, relay, reached

    def publish(self, batch: Batch) -> None:
        """Publish a batch the desk has just committed."""
        self.tell(batch.events, batch.after)
        if self._relay is not None:
            self._relay(batch)

    def tell(self, events: Sequence[Recorded], head_hash: bytes) -> None:
        """Fold committed events and hand out their frames."""
        services = self._services
        assert services is not None  # noqa: S101 - connected before anything is committed
        frames = services.view.fold(events, head_hash)
        services.hub.publish(frames)
        services.hear_desk()
        for frame in frames:
            self._look_after(services, frame)
        if self._relay is not None:  # the desk's process counts; gateways would count the same again
            count_progress(services.view.board, frames)

    def _look_after(self, services: Services, frame: Frame) -> None:
        if isinstance(frame.recorded.event, MUST_HEAR) and self._reached is not None:
            for assignment_id in must_hear_now(services, frame):
                if not self._reached(services.view.board.assignments[assignment_id].unit_id):
                    self._spawn(miss(services, assignment_id))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def must_hear_now(services: Services, frame: Frame) -> list[int]:
    """Return the assignments whose device has to hear exactly this frame."""
    rows = services.view.board.assignments
    return [
        int(row.row_id)
        for row in frame.rows
        if row.table == "assignments" and rows[int(row.row_id)].must_hear_seq == frame.seq
    ]


async def miss(services: Services, assignment_id: int) -> None:
    """Tell the desk that nobody is there to hear."""
    try:
        await services.ask(MissUnit(assignment_id, "no device connected"), by="stream")
    except DeskUnavailable:
        log.warning("assignment %d: the unit has no device connected, and the desk is away", assignment_id)
