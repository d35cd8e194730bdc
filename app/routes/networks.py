"""Where towers' networks deliver: ChirpStack, The Things Stack, RockBLOCK and Cloudloop, Garmin inReach.

Every answer is 200 once what matters is recorded, because these networks send again, for hours, whatever got another.
"""

import logging
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.access.guard import MayReportFromNetworks, Parts
from app.access.identity import Identity
from app.codec import to_json
from app.interop.lorawan import chirpstack, tts
from app.interop.reading import Unusable
from app.interop.satellite import inreach, rockblock
from app.interop.tower.broken import take_unreadable
from app.interop.tower.intake import take
from app.interop.tower.message import TowerMessage
from app.problems import Problem
from app.requests import Spooled
from app.routes import examples
from app.routes.network_examples import CHIRPSTACK, INREACH, ROCKBLOCK, TTS
from app.services import Services

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/networks", tags=["networks"], responses=examples.DELIVERED)


@router.post("/chirpstack", openapi_extra=CHIRPSTACK)
async def chirpstack_event(
    request: Request,
    services: Parts,
    identity: MayReportFromNetworks,
    event: Annotated[
        str | None, Query(max_length=32, description="as ChirpStack adds it: up, status, join, ...")
    ] = None,
) -> Response:
    """Take an event of a ChirpStack v4 application, as JSON or Protocol Buffers."""
    is_protobuf = "json" not in _content_type(request) and not _looks_like_json(await request.body())

    def read(raw: bytes) -> list[TowerMessage]:
        return [chirpstack.read_event(raw, event, _decoders(services), is_protobuf=is_protobuf)]

    return await _deliver(request, services, identity, read)


@router.post("/tts", openapi_extra=TTS)
async def tts_message(request: Request, services: Parts, identity: MayReportFromNetworks) -> Response:
    """Take a message of a The Things Stack application."""

    def read(raw: bytes) -> list[TowerMessage]:
        return [tts.read_message(raw, _decoders(services))]

    return await _deliver(request, services, identity, read)


@router.post("/rockblock", openapi_extra=ROCKBLOCK)
async def rockblock_message(request: Request, services: Parts, identity: MayReportFromNetworks) -> Response:
    """Take a message of an Iridium modem: RockBLOCK's form or JSON, Rock 7's Push API, Cloudloop's Lingo."""

    def read(raw: bytes) -> list[TowerMessage]:
        return [rockblock.read_message(raw, _content_type(request))]

    return await _deliver(request, services, identity, read)


@router.post("/inreach", openapi_extra=INREACH)
async def inreach_events(request: Request, services: Parts, identity: MayReportFromNetworks) -> Response:
    """Take Garmin's IPC Outbound events; an SOS of a device bound to no tower is a call with its own fix."""
    return await _deliver(request, services, identity, inreach.read_outbound)


async def _deliver(
    request: Request, services: Services, identity: Identity, read: Callable[[bytes], list[TowerMessage]]
) -> Response:
    raw = await request.body()
    try:
        messages = read(raw)
    except Unusable as error:
        raise Problem(400, "nothing_usable", error.reason, field=error.field) from None
    except Exception as error:
        # The reader is ours: what breaks it is our bug, and somebody may have pressed a button.
        log.exception("a delivery broke its reader")
        bare = await take_unreadable(services, identity, raw, type(error).__name__)
        return Response(to_json({"messages": [bare]}), media_type="application/json")
    if identity.device is not None and any(message.device_id != identity.device for message in messages):
        raise Problem(403, "wrong_device", "this key reports for one device only", field="device_id")
    answers: list[dict[str, Any]] = []
    spooled: Spooled | None = None
    for message in messages:
        try:
            answers.append(await take(services, identity, message, raw))
        except Spooled as kept:  # the rest of the delivery is somebody's distress as well
            spooled = kept
    if spooled is not None:
        raise spooled
    return Response(to_json({"messages": answers}), media_type="application/json")


def _decoders(services: Services) -> chirpstack.DecoderOf:
    def decoder_of(device_id: str) -> str | None:
        bound = services.devices.find(device_id)
        return bound.decoder if bound else None

    return decoder_of


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").lower()


def _looks_like_json(raw: bytes) -> bool:
    return raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
