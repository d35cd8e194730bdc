"""The AsyncAPI 3.0 document of the stream, built from the event classes and the shapes its frames are read with."""

from functools import cache
from typing import Any, Final

import orjson

from app.contract import samples
from app.contract.messages import PLAIN, SAID, all_schemas, event_frame
from app.contract.schemas import ref
from app.field import SHAPES
from dispatch.events import KINDS

ABOUT: Final = """One websocket, text frames, JSON. Authenticate with `Authorization: Bearer aux_...`, or, from a
browser, with the subprotocols of `POST /v1/tickets`. Send `hello` within 5 s: without `since` you hear what happens
from now on (take the snapshot first), with the cursor of a snapshot or of your last picture you get all that came
after it, once, in order, or `resync`. Replace the rows of `after` by table and id, drop those of `gone`; clients hold
no rules. An assignment's `must_hear_seq` names the frame its unit's device answers with `received`.
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


@cache
def document() -> dict[str, Any]:
    """Return the published contract of the stream."""
    sent, said = sent_messages(), said_messages()
    named = {f"sent.{kind}": message for kind, message in sent.items()}
    named |= {f"said.{kind}": message for kind, message in said.items()}
    channel = "#/channels/stream/messages/"
    whole: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {"title": "Auxilio stream", "version": "1", "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8911",
                "protocol": "ws",
                "security": [{"$ref": "#/components/securitySchemes/key"}],
            }
        },
        "channels": {
            "stream": {
                "address": "/v1/stream",
                "servers": [{"$ref": "#/servers/local"}],
                "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in named},
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            "hear": {
                "action": "send",
                "channel": {"$ref": "#/channels/stream"},
                "summary": "What the service sends you.",
                "messages": [{"$ref": f"{channel}sent.{kind}"} for kind in sent],
            },
            "say": {
                "action": "receive",
                "channel": {"$ref": "#/channels/stream"},
                "summary": "What you may send it.",
                "messages": [{"$ref": f"{channel}said.{kind}"} for kind in said],
            },
        },
        "components": {
            "messages": named,
            "schemas": all_schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }
    plain: dict[str, Any] = orjson.loads(orjson.dumps(whole))
    return plain


@cache
def encoded() -> bytes:
    """Return the document as the service sends it."""
    return orjson.dumps(document())
