"""What only a proxy of ours may say: which client certificate a sender came with. Docs: docs/keys.md."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.requests import HTTPConnection

CERTIFICATE_HEADER: Final = "x-client-cert-sha256"
FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
UNIX: Final = "unix"


class Proxies:
    """The addresses whose headers are believed. `unix` stands for a peer on a Unix socket."""

    def __init__(self, named: Sequence[str]) -> None:
        """Raises ValueError naming what is neither an address, a network nor `unix`."""
        self._unix = UNIX in named
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(one) for one in named if one != UNIX]

    def speak(self, connection: HTTPConnection) -> bool:
        """Whether the peer of this connection is one of them."""
        if connection.client is None:
            return self._unix
        try:
            peer = ip_address(connection.client.host)
        except ValueError:
            return False
        return any(peer in network for network in self._networks)

    def certificate(self, connection: HTTPConnection) -> str | None:
        """Return the SHA-256 of the certificate a sender proved to the proxy, in hex; None from anybody else."""
        said = connection.headers.getlist(CERTIFICATE_HEADER)
        if len(said) != 1 or not self.speak(connection):
            return None
        plain = fingerprint(said[0])
        return plain if FINGERPRINT.fullmatch(plain) else None


def fingerprint(text: str) -> str:
    """Return a fingerprint as it is compared: small letters, without colons."""
    return text.strip().replace(":", "").lower()
