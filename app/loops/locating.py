"""Fetching the locations that calls only refer to (RFC 6753), after they were recorded: nothing ever waits for it."""

import asyncio
import logging
from dataclasses import replace
from time import monotonic
from typing import Any, Final

import httpx

from app.interop import intake
from app.interop.awaited import Awaited
from app.interop.outgoing import open_client
from app.interop.pidf.read import Location, read_pidf
from app.interop.reading import Findings, Reading, Unusable
from app.interop.xml import XML_BYTES_MAX
from app.services import Services

log = logging.getLogger(__name__)

PAUSE_S: Final = 0.5
AT_ONCE_MAX: Final = 4
FETCH_S: Final = 3.0
BACK_OFF_S: Final = (2.0, 10.0, 30.0)  # a location server answers at once or is not worth a person's waiting


async def locate(services: Services, http: httpx.AsyncClient) -> None:
    """Fetch what is due; each that is found updates its call."""
    due = services.awaited.due(monotonic(), AT_ONCE_MAX)
    await asyncio.gather(*(_locate_one(services, http, each) for each in due))


async def _locate_one(services: Services, http: httpx.AsyncClient, awaited: Awaited) -> None:
    try:
        locations = read_pidf(await _fetch(http, awaited.url), Findings())
    except (httpx.HTTPError, TimeoutError, OSError, Unusable) as error:
        _again(services, awaited, type(error).__name__)
        return
    services.awaited.given_up = 0
    located = with_locations(awaited.reading, locations)
    if located is None:
        log.info("a location that was referred to holds no coordinates")
        return
    digest = _digest_known(services, awaited)
    if digest is None:
        _again(services, awaited, "the call is not in this picture yet")
        return
    if digest != services.sealer.digest("call", awaited.reading.raw).hex():
        return  # the PSAP has sent the call again meanwhile, and that report has its own address
    now = services.clock.now()
    request, _ = intake.request_of(located, awaited.sender, awaited.sectors, now, services.intake)
    await services.submit(request)


def _digest_known(services: Services, awaited: Awaited) -> str | None:
    board = services.view.board
    known = board.call_of.get((awaited.sender, awaited.reading.report["call_id"]))
    return None if known is None else board.calls[known].digest


async def _fetch(http: httpx.AsyncClient, url: str) -> bytes:
    """Return what stands there. Raises httpx.HTTPError, TimeoutError, Unusable when it is too much."""
    taken = bytearray()
    accept = {"Accept": "application/pidf+xml, application/held+xml"}
    async with asyncio.timeout(FETCH_S), http.stream("GET", url, headers=accept) as answer:
        answer.raise_for_status()
        async for chunk in answer.aiter_bytes(XML_BYTES_MAX):
            taken += chunk
            if len(taken) > XML_BYTES_MAX:
                raise Unusable(f"over {XML_BYTES_MAX} bytes")
    return bytes(taken)


def _again(services: Services, awaited: Awaited, why: str) -> None:
    """Try again later, a few times; the address stays sealed with the call in any case."""
    if awaited.tries < len(BACK_OFF_S):
        awaited.due = monotonic() + BACK_OFF_S[awaited.tries]
        awaited.tries += 1
        services.awaited.waiting.append(awaited)
    else:
        services.awaited.given_up += 1
        log.info("a location that was referred to could not be fetched: %s", why)


def with_locations(reading: Reading, locations: tuple[Location, ...]) -> Reading | None:
    """Return the reading with the fix that was fetched, as other content; None when there is no fix in it."""
    fix = next(filter(None, (location.fix() for location in locations)), None)
    if fix is None:
        return None
    said = (*reading.said, *(("landmark", words) for location in locations for words in location.landmarks))
    fetched: list[dict[str, Any]] = [location.sealed() for location in locations]
    return replace(
        reading,
        report=reading.report | {"device": fix},
        said=said,
        private=reading.private | {"fetched": fetched},
        warnings=tuple(w for w in reading.warnings if not w.startswith("locationByReferenceUrl")),
        located=True,
    )


def client() -> httpx.AsyncClient:
    """Return the client for it."""
    return open_client(FETCH_S)
