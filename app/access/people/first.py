"""The first administrator: no password exists before somebody sets one, so the start prints a link for it."""

from urllib.parse import urlsplit

from app.access.people.links import FIRST_S, address
from app.services import Services


async def first_link(services: Services, url: str) -> str:
    """Return the words that tell the one-time link, '' when there is an administrator already, or this is a demo."""
    if services.settings.demo_cast is not None or await services.people.accounts.has_administrator():
        return ""
    secret = await services.people.links.make(None, services.clock.now())
    return (
        "Nobody can sign in yet. On this machine, open this link once, within "
        f"{FIRST_S // 60} minutes, and be the first administrator:\n  {address(local(url), secret)}"
    )


def local(url: str) -> str:
    """Return an address of this machine by its name: passkeys belong to names."""
    parts = urlsplit(url)
    return f"{parts.scheme}://localhost:{parts.port}"
