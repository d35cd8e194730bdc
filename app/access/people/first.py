"""The first administrator: no password exists before somebody sets one, so the start prints a link for it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from app.access.people.links import FIRST_S, address
from app.services import Services

HERE = "localhost"


async def first_link(services: Services, url: str) -> str:
    """Return the words that tell the one-time link, '' when there is an administrator already, or this is a demo."""
    if services.settings.demo_cast is not None or await services.people.accounts.has_administrator():
        return ""
    secret = await services.people.links.make(None, services.clock.now())
    page = page_of(url, services.settings.allowed_hosts)
    return (
        f"Nobody can sign in yet. Open this link once, within {FIRST_S // 60} minutes, "
        f"and be the first administrator:\n  {address(page, secret)}"
    )


def page_of(url: str, allowed_hosts: Sequence[str]) -> str:
    """Return where the link opens: this machine by name, for passkeys belong to names, or the host that is allowed."""
    named = next((host for host in allowed_hosts if "*" not in host), HERE)
    if "*" in allowed_hosts or HERE in allowed_hosts:
        parts = urlsplit(url)
        return f"{parts.scheme}://{HERE}:{parts.port}"
    return f"https://{named}"  # reached by a name of its own, so a proxy stands before it
