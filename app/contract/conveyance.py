"""The messages of EIDO conveyance (NENA-STA-024) as schemas: what we send is exact, what a partner sends is lenient."""

from typing import Any, Final

from app.contract.answers import EIDO, NAMED
from app.contract.schemas import TEXT, WHOLE, Schema, listed, obj, ref
from app.interop.conveyance.messages import BAD_REQUEST, NOT_FOUND, OK, TEXT_MAX, TOO_MANY
from app.interop.conveyance.session import EXPIRES_RANGE_S, EXPIRES_S, MAX_RATE_RANGE_S, MIN_RATE_RANGE_S
from app.interop.conveyance.subscription import EIDOS_MAX, Scope

ABOUT: Final = """Subprotocol `emergency-ent1.0`, with the key of a partner, a dispatcher or a PSAP, which hears of its
own callers only. Every message is an object of one field, which names it; a partner's names are taken in any case.
Answer every event with an `eventResponse`: no second event comes before it, or before 5 s. Close codes: 1000 the last
subscription has ended, 1011 a fault of ours, 4400 no subscription within 30 s or too many messages that are none, 4401
your key is no longer good, 4403 none of it is yours any more, 4408 read too slowly, 1009 over 64 KB, 1012 come back
and subscribe anew."""
REQUEST: Final = "63bfd612-f558-4489-b653-caa76a7edb9b"
SUBSCRIPTION: Final = "0b8f2a4e-53c1-4f0b-9d0e-6f3f1c1f5a20"
TRANSACTION: Final = "f2b9c7d4-8a16-47f4-a3de-52f0c2a1b9e7"


def _sent(kind: str, optional: Schema | None = None, **required: Schema) -> Schema:
    """Return the schema of one of our messages: nothing else is in it."""
    return obj(**{kind: obj(optional, **required)})


def _said(kind: str, **fields: Schema) -> Schema:
    """Return the schema of a partner's message: anything may be missing, what we do not know is not looked at."""
    return {"type": "object", "properties": {kind: {"type": "object", "properties": fields}}, "required": [kind]}


def _answer(code: Schema, optional: Schema) -> tuple[Schema, Schema]:
    return {"requestId": TEXT, "subscriptionId": TEXT} | optional, {"statusCode": code, "statusText": TEXT}


def _seconds(low: int, high: int, about: str) -> Schema:
    return {"type": "number", "description": f"seconds; brought within {low} and {high}. {about}"}


NAME: Final[Schema] = {"type": "string", "maxLength": TEXT_MAX}
SUBSCRIBED: Final = _answer(
    {"enum": [OK, BAD_REQUEST, NOT_FOUND, TOO_MANY]}, {"expires": WHOLE, "minRate": WHOLE, "maxRate": WHOLE}
)
ENDED: Final = _answer({"enum": [OK, NOT_FOUND]}, {})
EVENT: Final[Schema] = {
    "subscriptionId": TEXT,
    "transactionId": TEXT,
    "notification": {**listed(ref("Eido")), "maxItems": EIDOS_MAX},
}
FOUND: Final = {"statusCode": OK, "statusText": "OK"}
Entry = tuple[str, Schema, dict[str, Any]]

TOLD: Final[dict[str, Entry]] = {
    "subscribeResponse": (
        "Whether a subscription is granted or renewed, and with what; without ids the message was none.",
        _sent("subscribeResponse", SUBSCRIBED[0], **SUBSCRIBED[1]),
        {"requestId": REQUEST, "subscriptionId": SUBSCRIPTION, "expires": 3_600, "minRate": 20, **FOUND},
    ),
    "event": (
        "The incidents that changed, as they stand now; the first event holds all that match, and may be empty.",
        _sent("event", **EVENT),
        {"subscriptionId": SUBSCRIPTION, "transactionId": TRANSACTION, "notification": [EIDO]},
    ),
    "unsubscribeResponse": (
        "A subscription has ended, or there was none.",
        _sent("unsubscribeResponse", ENDED[0], **ENDED[1]),
        {"requestId": REQUEST, "subscriptionId": SUBSCRIPTION, "statusCode": OK, "statusText": "Unsubscribed"},
    ),
    "terminate": (
        "A subscription has expired, its one closed incident was told, or nobody acknowledged three events.",
        _sent("terminate", requestId=TEXT, subscriptionId=TEXT),
        {"requestId": REQUEST, "subscriptionId": SUBSCRIPTION},
    ),
    "terminateResponse": (
        "A subscription was ended by the partner's `terminate`.",
        _sent("terminateResponse", ENDED[0], **ENDED[1]),
        {"requestId": REQUEST, "subscriptionId": SUBSCRIPTION, **FOUND},
    ),
}
HEARD: Final[dict[str, Entry]] = {
    "subscribe": (
        "Asks for incidents, or, with a `subscriptionId`, for more time.",
        _said(
            "subscribe",
            requestId=NAME,
            subscriptionId={**NAME, "description": "renews this one; only its expiry changes"},
            requestType={**NAME, "description": "EIDO, which is taken for granted"},
            requestSubType={**NAME, "description": f"{', '.join(Scope)}, in any case; {Scope.NEW} if not said"},
            incidentId={**NAME, "description": "for `single`: a tracking identifier, or our number"},
            resourceId={**NAME, "description": "for `resource`: the unit"},
            qualFilter={**NAME, "description": "`type=SAR; priority>=7`; one that cannot be read is not applied"},
            expires=_seconds(*EXPIRES_RANGE_S, f"{EXPIRES_S} if not said"),
            minRate=_seconds(*MIN_RATE_RANGE_S, "An event at least so often, empty if need be"),
            maxRate=_seconds(*MAX_RATE_RANGE_S, "No two events closer together"),
        ),
        {"requestId": REQUEST, "requestType": "EIDO", "requestSubType": "new", "expires": 3_600, "minRate": 20},
    ),
    "unsubscribe": (
        "Ends a subscription.",
        _said("unsubscribe", requestId=NAME, subscriptionId=NAME),
        {"requestId": REQUEST, "subscriptionId": SUBSCRIPTION},
    ),
    "eventResponse": (
        "Acknowledges an event; without a `transactionId` the one under way.",
        _said("eventResponse", transactionId=NAME, statusCode=WHOLE, statusText=TEXT),
        {"transactionId": TRANSACTION, **FOUND},
    ),
    "terminate": (
        "Ends a subscription, too.",
        _said("terminate", requestId=NAME, subscriptionId=NAME),
        {"requestId": REQUEST, "subscriptionId": SUBSCRIPTION},
    ),
    "terminateResponse": (
        "Acknowledges our `terminate`; nothing depends on it.",
        _said("terminateResponse", requestId=NAME, subscriptionId=NAME, statusCode=WHOLE, statusText=TEXT),
        {"requestId": REQUEST, "subscriptionId": SUBSCRIPTION, **FOUND},
    ),
}
SCHEMAS: Final[Schema] = {"Eido": NAMED["Eido"]}
