"""What a front (a reverse proxy) says of who asks: believed only when it comes from a proxy the operator named."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.requests import HTTPConnection

Networks = Iterable[IPv4Network | IPv6Network]

FORWARDED_FOR: Final = "x-forwarded-for"
CERTIFICATE: Final = "x-client-cert-sha256"  # of a client certificate the front has verified: 64 hex digits
FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
HOPS_MAX: Final = 8  # proxies in a row that are looked through; a longer list is somebody's joke


def source_of(connection: HTTPConnection, proxies: Networks) -> str:
    """Return the address a request comes from: the last one that no trusted proxy has, "unknown" without any."""
    address = connection.client.host if connection.client is not None else "unknown"
    if not is_proxy(address, proxies):
        return address
    told = [part.strip() for part in ",".join(connection.headers.getlist(FORWARDED_FOR)).split(",") if part.strip()]
    for hop in reversed(told[-HOPS_MAX:]):
        plain = _address(hop)
        if plain is None:
            break
        address = str(plain)
        if not is_proxy(address, proxies):
            break
    return address


def certificate_of(connection: HTTPConnection, proxies: Networks) -> str | None:
    """Return the fingerprint of the client certificate a trusted front verified, None without one."""
    address = connection.client.host if connection.client is not None else ""
    told = connection.headers.getlist(CERTIFICATE)
    if len(told) != 1 or not is_proxy(address, proxies):
        return None
    plain = fingerprint(told[0])
    return plain if FINGERPRINT.fullmatch(plain) else None


def fingerprint(text: str) -> str:
    """Return a certificate's fingerprint as it is compared: small letters, without colons."""
    return text.strip().replace(":", "").lower()


def is_proxy(address: str, proxies: Networks) -> bool:
    """Whether an address is a trusted proxy's."""
    plain = _address(address)
    return plain is not None and any(plain in network for network in proxies if network.version == plain.version)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
