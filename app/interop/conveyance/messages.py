"""The messages of EIDO conveyance, as bytes and back. What a client sends is read leniently; what we send is exact."""

import json
from dataclasses import dataclass
from typing import Any, Final

from app.codec import to_json
from app.intake.lenient import clean

SUBPROTOCOL: Final = "emergency-ent1.0"
MESSAGE_BYTES_MAX: Final = 65_536  # every implementation takes a request up to here (STA-024 2.1.1)
KINDS: Final = ("subscribe", "unsubscribe", "eventResponse", "terminate", "terminateResponse")
OK, BAD_REQUEST, NOT_FOUND, TOO_MANY = 200, 400, 404, 429
TEXT_MAX: Final = 512


class BadMessage(ValueError):
    """Not one of the messages; what it seemed to be decides what is answered."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message's kind and its fields, none of which is sure to be there."""

    kind: str
    fields: dict[str, Any]

    def text(self, name: str) -> str | None:
        """Return a text we can say again: half a character in it cannot be sent."""
        value = self.fields.get(name)
        return (clean(value[:TEXT_MAX]) or None) if isinstance(value, str) else None

    def seconds(self, name: str, low: int, high: int) -> int | None:
        """Return a number of seconds within bounds; what is out of them is brought inside, what is none left out."""
        value = self.fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            return None
        return int(min(max(value, low), high))


def read_message(text: str | bytes) -> Message:
    """Read one message. Real clients write names in other cases and leave fields out. Raises BadMessage."""
    try:
        body = json.loads(text if isinstance(text, str) else text.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        raise BadMessage("not JSON") from None
    if isinstance(body, dict):
        for name, fields in body.items():
            kind = next((kind for kind in KINDS if kind.casefold() == name.casefold()), None)
            if kind is not None and isinstance(fields, dict):
                return Message(kind, fields)
    raise BadMessage("no message of EIDO conveyance")


def subscribed(request: str | None, subscription: str | None, code: int, words: str, **granted: int | None) -> bytes:
    return _answer("subscribeResponse", request, subscription, code, words, **granted)


def unsubscribed(request: str | None, subscription: str | None, code: int, words: str) -> bytes:
    return _answer("unsubscribeResponse", request, subscription, code, words)


def terminated(request: str | None, subscription: str | None, code: int, words: str) -> bytes:
    return _answer("terminateResponse", request, subscription, code, words)


def event(subscription: str, transaction: str, eidos: list[dict[str, Any]]) -> bytes:
    body = {"subscriptionId": subscription, "transactionId": transaction, "notification": eidos}
    return to_json({"event": body})


def terminate(request: str, subscription: str) -> bytes:
    return to_json({"terminate": {"requestId": request, "subscriptionId": subscription}})


def _answer(
    name: str, request: str | None, subscription: str | None, code: int, words: str, **more: int | None
) -> bytes:
    body = {"requestId": request, "subscriptionId": subscription, **more, "statusCode": code, "statusText": words}
    return to_json({name: {key: value for key, value in body.items() if value is not None}})
