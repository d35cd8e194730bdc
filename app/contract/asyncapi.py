"""The AsyncAPI 3.0 document of both websockets: the stream, from the classes its frames are read with; conveyance."""

from functools import cache
from typing import Any, Final

import orjson

from app.contract import conveyance, samples
from app.contract.messages import PLAIN, SAID, all_schemas, event_frame
from app.contract.schemas import ref
from app.field import SHAPES
from app.interop.conveyance.messages import SUBPROTOCOL
from dispatch.events import KINDS

ABOUT: Final = """The stream, `/v1/stream`: one websocket, text frames, JSON. Authenticate with `Authorization: Bearer
aux_...`, or, from a browser, with the subprotocols of `POST /v1/tickets`. Send `hello` within 5 s: without `since` you
hear what happens from now on (take the snapshot first), with the cursor of a snapshot or of your last picture you get
all that came after it, once, in order, or `resync`. Replace the rows of `after` by table and id, drop those of `gone`;
clients hold no rules. An assignment's `must_hear_seq` names the frame its unit's device answers with `received`.
Without a valid key, or from a foreign page, the socket does not open: HTTP 403. Close codes: 4400 a frame that is not
of this contract, 4401 your key, device or token is no longer good, 4403 none of it is yours any more, 4408 read too
slowly (come back with your cursor), 1009 over 64 KB, 1012 come back: the service restarts, or you are let do something
else now. A `resync` may come at any time, when what you may see has changed."""


def _message(name: str, about: str, payload: dict[str, Any], example: dict[str, Any] | None) -> dict[str, Any]:
    message = {"name": name, "title": name, "summary": about, "contentType": "application/json", "payload": payload}
    return message | {"examples": [{"payload": example}]} if example is not None else message


def sent_messages() -> dict[str, Any]:
    """Return what the server sends, by kind."""
    events = {}
    for kind, cls in KINDS.items():
        about = (cls.__doc__ or "").split("\n")[0]
        if about.startswith(f"{cls.__name__}("):  # a dataclass without a docstring describes its signature
            about = kind.replace(".", " ").replace("_", " ")
        events[kind] = _message(kind, about, event_frame(kind), samples.FRAME if kind == "offer.made" else None)
    return events | {kind: _message(kind, *rest) for kind, rest in PLAIN.items()}


def said_messages() -> dict[str, Any]:
    """Return what a client may send, by kind; all but hello is an agent's device's."""
    hello = {"kind": "hello", "since": f"{samples.LEDGER}.70"}
    said = {"hello": _message("hello", "The first frame.", ref("SayHello"), hello)}
    names = {kind: shape.__name__ for kind, shape in SHAPES.items()} | {"renew": "Renew"}
    for kind, name in names.items():
        about, example = SAID[kind]
        said[kind] = _message(kind, about, ref(f"Say{name}"), example)
    return said


def _conveyed(table: dict[str, conveyance.Entry]) -> dict[str, Any]:
    """Return messages of conveyance, by kind; each is an object whose one field is named as the message."""
    return {kind: _message(kind, about, shape, {kind: shown}) for kind, (about, shape, shown) in table.items()}


def _channel(address: str, named: dict[str, Any], ws: dict[str, Any], about: str) -> dict[str, Any]:
    return {
        "address": address,
        "description": about,
        "servers": [{"$ref": "#/servers/local"}],
        "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in named},
        "bindings": {"ws": {"method": "GET"} | ws},
    }


def _operation(action: str, channel: str, about: str, named: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": about,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{key}"} for key in named],
    }


def _prefixed(prefix: str, messages: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{kind}": message for kind, message in messages.items()}


@cache
def document() -> dict[str, Any]:
    """Return the published contract of both websockets."""
    sent, said = _prefixed("sent", sent_messages()), _prefixed("said", said_messages())
    told, heard = _prefixed("told", _conveyed(conveyance.TOLD)), _prefixed("partner", _conveyed(conveyance.HEARD))
    asked = {"headers": {"type": "object", "properties": {"Sec-WebSocket-Protocol": {"const": SUBPROTOCOL}}}}
    whole: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {"title": "Auxilio websockets", "version": "1", "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8911",
                "protocol": "ws",
                "security": [{"$ref": "#/components/securitySchemes/key"}],
            }
        },
        "channels": {
            "stream": _channel("/v1/stream", sent | said, {}, "Consoles and devices: everything that happens."),
            "conveyance": _channel("/v1/conveyance", told | heard, asked, conveyance.ABOUT),
        },
        "operations": {
            "hear": _operation("send", "stream", "What the service sends you.", sent),
            "say": _operation("receive", "stream", "What you may send it.", said),
            "tell": _operation("send", "conveyance", "What a partner is told.", told),
            "follow": _operation("receive", "conveyance", "What a partner may say.", heard),
        },
        "components": {
            "messages": sent | said | told | heard,
            "schemas": all_schemas() | conveyance.SCHEMAS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }
    plain: dict[str, Any] = orjson.loads(orjson.dumps(whole))
    return plain


@cache
def encoded() -> bytes:
    """Return the document as the service sends it."""
    return orjson.dumps(document())
