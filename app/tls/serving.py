"""TLS for as long as the service runs: credentials, the page for phones on a port of its own, renewal each day."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from app.server import SideServer, listen
from app.settings import Settings
from app.tls.authority import Credentials, ensure
from app.tls.host import NAME, host_addresses, host_names, reachable_address
from app.tls.invitation import page_app, words

log = logging.getLogger(__name__)

LOOK_AGAIN: Final = timedelta(hours=12)
STOP_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Secured:
    """What the service is served with, and what the operator is told. `renew` is given the server's live context."""

    credentials: Credentials
    invitation: str
    renew: Callable[[ssl.SSLContext], None]


def look_after(settings: Settings) -> Credentials:
    """Return credentials that fit this machine as it is now."""
    named = (name.lower() for name in settings.allowed_hosts)
    names = tuple(dict.fromkeys((*host_names(), *(name for name in named if NAME.fullmatch(name)))))
    return ensure(settings.data_dir / "tls", names, host_addresses(), datetime.now(UTC))


@asynccontextmanager
async def secured(settings: Settings, port: int) -> AsyncIterator[Secured]:
    """Serve the page for phones and keep the certificate fresh while the block lasts. Raises OSError."""
    credentials = await asyncio.to_thread(look_after, settings)
    sock = listen(settings.listen_host, settings.authority_port)
    address = reachable_address(settings.listen_host)
    shown = f"[{address}]" if ":" in address else address
    agent_url, page_url = f"https://{shown}:{port}/agent", f"http://{shown}:{sock.getsockname()[1]}/"
    page = SideServer(page_app(credentials, agent_url))
    serving = asyncio.create_task(page.serve(sockets=[sock]), name="page for phones")
    contexts: list[ssl.SSLContext] = []
    renewing = asyncio.create_task(_renew(settings, contexts), name="certificate")
    try:
        yield Secured(credentials, words(credentials, page_url, agent_url), contexts.append)
    finally:
        page.should_exit = True
        renewing.cancel()
        await asyncio.wait((serving,), timeout=STOP_S)
        serving.cancel()
        await asyncio.gather(serving, renewing, return_exceptions=True)


async def _renew(settings: Settings, contexts: list[ssl.SSLContext]) -> None:
    """Look twice a day whether the certificate nears its end or the addresses changed; new connections get the new."""
    while True:
        await asyncio.sleep(LOOK_AGAIN.total_seconds())
        try:
            fresh = await asyncio.to_thread(look_after, settings)
            for context in contexts:
                context.load_cert_chain(fresh.chain, fresh.key)
        except OSError:
            log.exception("the certificate could not be renewed; it is tried again in %s", LOOK_AGAIN)
