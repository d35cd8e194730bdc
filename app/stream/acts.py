"""What a device says, taken to the desk in its order, several under way at once: what comes together commits together.

A device that accepts and clears, or comes back with an outbox of facts, pays for one commit instead of one each.
"""

import asyncio
import logging
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from app.access.identity import Identity
from app.access.visitors import Visitor
from app.codec import to_json
from app.field import BadField, read_field
from app.positions import Fix
from app.reasons import seal_reason
from app.requests import Answer, DeskUnavailable, Request
from app.services import Services
from app.stream.hub import Client
from app.stream.session import FieldFrame, Renewal

log = logging.getLogger(__name__)

UNDER_WAY_MAX: Final = 32  # then the reader waits, and with it the device: one shift's facts, no more at once
NOT_RENEWED: Final = {"outcome": "refused", "code": "unknown_key", "detail": "not a good token of this device"}
UNAVAILABLE: Final = {"outcome": "unavailable", "code": "unavailable", "detail": "send it again"}
COMMAND_SPACE: Final = UUID("6f9a1f3e-59a5-4a57-8df5-0a9f6a6d3d11")  # a sender's own ids become ours within this space


class Acts:
    """One device's acts. Each goes to the desk as it comes, so the desk's lane keeps the device's order."""

    def __init__(self, services: Services, client: Client, visitor: Visitor) -> None:
        self._services = services
        self._client = client
        self._visitor = visitor
        self._room = asyncio.Semaphore(UNDER_WAY_MAX)
        self._under_way: set[asyncio.Future[Answer]] = set()

    async def take(self, frame: FieldFrame) -> None:
        """Do what a device says; it re-sends what it got no answer for, under the same id. Waits only for room."""
        identity = self._visitor.identity
        assert identity.unit_id is not None  # noqa: S101 - the session lets only a unit's frames come here
        try:
            meant = read_field(identity.unit_id, frame.body, self._services.clock.now())
        except BadField as error:
            refused = {"outcome": "refused", "code": "invalid", "field": error.field, "detail": error.reason}
            self._client.say(_answer(frame, refused))
            return
        if isinstance(meant, Fix):
            self._services.positions.take(meant)
            return
        await self._room.acquire()
        by, sealer = identity.name, self._services.sealer
        command, sealed = seal_reason(sealer, meant, by, self._services.clock.now())
        try:
            answer = asyncio.ensure_future(
                self._services.submit(Request(command, by, command_id(identity, frame.id), sealed))
            )
        except DeskUnavailable:
            self._room.release()
            self._client.say(_answer(frame, UNAVAILABLE))
            return
        self._under_way.add(answer)
        answer.add_done_callback(partial(self._answered, frame))

    async def renew(self, frame: Renewal) -> None:
        """Go on under a fresh token of the same device; another's, or none, changes nothing."""
        known = self._visitor.identity
        identity = await self._services.enrolled.by_token(frame.token)
        if identity is None or (identity.source, identity.unit_id) != (known.source, known.unit_id):
            self._client.say(_answer(frame, NOT_RENEWED))
            return
        self._visitor.identity = identity
        self._visitor.changed(identity)
        self._client.say(_answer(frame, {"outcome": "done"}))

    def drop(self) -> None:
        """Wait for no answer any more: the device has gone. What the desk already has is recorded all the same."""
        for answer in tuple(self._under_way):
            answer.cancel()

    def _answered(self, frame: FieldFrame, answer: "asyncio.Future[Answer]") -> None:
        self._under_way.discard(answer)
        self._room.release()
        if answer.cancelled():
            return
        match answer.exception():
            case None:
                self._client.say(_answer(frame, answer_json(answer.result())))
            case DeskUnavailable():
                self._client.say(_answer(frame, UNAVAILABLE))
            case error:
                log.error("an act broke; its device comes back and sends it again", exc_info=error)
                if self._client.task is not None:
                    self._client.task.cancel()


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as the contract shows it."""
    shown: dict[str, Any] = {"outcome": answer.outcome, "seq": answer.seq, **answer.reply}
    if answer.code:
        shown |= {"code": answer.code, "detail": answer.message, "field": answer.field, "allowed": answer.allowed}
    return shown


def _answer(frame: FieldFrame | Renewal, body: dict[str, Any]) -> bytes:
    return to_json({"kind": "answer", "id": frame.id, **body})


def command_id(identity: Identity, own_id: str | None) -> UUID:
    """Return the command's id: derived from the sender's own, within its own key, or a new one."""
    return uuid4() if own_id is None else uuid5(COMMAND_SPACE, f"{identity.key_id}:{own_id}")
