"""Which pages may open a socket: an exact list, and pages this very service handed out under a name known to be ours.

An address (127.0.0.1, 10.0.0.5) speaks for itself: a page loaded from it was loaded from us. A name does not: whoever
owns a name can let it lead here (DNS rebinding), and then Origin and Host agree.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from app.tls.host import host_names


class Origins:
    """`listed` are whole origins, `names` host names of ours; `public_url` the address clients use."""

    def __init__(self, listed: Sequence[str], names: Sequence[str], public_url: str | None) -> None:
        self._listed = {one.lower() for one in listed}
        if public_url is not None:
            parts = urlsplit(public_url)
            self._listed.add(f"{parts.scheme}://{parts.netloc}".lower())
        self._names = {"localhost", *host_names(), *(name.lower() for name in names if name != "*")}

    def admit(self, origin: str | None, host: str) -> bool:
        """Whether a handshake with these headers comes from a page of ours; a device sends no Origin."""
        if origin is None:
            return True
        origin = origin.lower()
        if origin in self._listed:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        is_whole = parts.scheme in ("http", "https") and origin == f"{parts.scheme}://{parts.netloc}"
        return is_whole and parts.netloc == host.lower() and self._is_ours(parts.hostname or "")

    def _is_ours(self, name: str) -> bool:
        try:
            ip_address(name)
        except ValueError:
            return name in self._names
        return True
