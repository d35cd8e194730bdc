"""Asking the National Weather Service for its active alerts, once a minute; what is known already costs nothing."""

from typing import Final

from app.interop.hazard import nws
from app.interop.outgoing import open_client
from app.interop.reading import Unusable
from app.services import Services

PAUSE_S: Final = 60.0
ANSWER_S: Final = 20.0
ANSWER_BYTES_MAX: Final = 8_000_000
AGENT: Final = "auxilio (rescue dispatch)"  # the service refuses requests that do not say who asks


async def ask_weather_service(services: Services) -> None:
    """Take what is active. Raises what stands in the way; the loop tries again, and its lateness is seen."""
    url = services.settings.nws_url
    if url is None:
        return
    headers = {"Accept": "application/geo+json", "User-Agent": AGENT}
    async with (
        open_client(ANSWER_S) as http,
        http.stream("GET", url, headers=headers) as answer,
    ):
        answer.raise_for_status()
        body = bytearray()
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > ANSWER_BYTES_MAX:
                raise ValueError("the weather service's answer is too long")
    now = services.clock.now()
    try:
        found, _ = nws.read_alerts(bytes(body), now)
    except Unusable as error:
        raise ValueError(f"the weather service's answer cannot be used: {error}") from None
    await services.hazards.take(services.pool, services.settings.region, found, now)
