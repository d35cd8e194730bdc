"""Which page asks. A browser says so in `Origin`, and no page can say it is another."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

HTTPS, HTTP = "https", "http"


def is_ours(origin: str | None, host: str, scheme: str, allowed: Sequence[str]) -> bool:
    """Whether a page of this service asks, or one an operator named; `null` and no Origin at all are nobody's.

    A proxy may have ended the TLS, so a page may be `https` where we see `http`; never the other way round.
    """
    if origin is None or not host:
        return False
    if origin in allowed:
        return True
    parts = urlsplit(origin)
    schemes = (HTTPS, "wss") if scheme in (HTTPS, "wss") else (HTTPS, HTTP)
    return (
        parts.scheme in schemes
        and parts.netloc.lower() == host.lower()
        and origin == f"{parts.scheme}://{parts.netloc}"
    )


def keeps_secrets(origin: str) -> bool:
    """Whether nobody between reads what this page sends: https, or a page of the same machine.

    Browsers take a `__Host-` cookie from exactly those (Chromium: seen with http on localhost and 127.0.0.1).
    """
    parts = urlsplit(origin)
    return parts.scheme == HTTPS or (parts.scheme == HTTP and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
