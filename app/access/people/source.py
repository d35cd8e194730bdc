"""Where a request comes from, coarsened to a network: enough to know a desk again, not enough to follow a person."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def source_of(address: str) -> str:
    """Return an IPv4 address's /24 or an IPv6 address's /56."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        found = mapped
    return str(ip_network((found, 24 if found.version == 4 else 56), strict=False))


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address belongs to one of these networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in networks if network.version == found.version)
