"""By which names and addresses this machine is reached."""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

import psutil

Address = IPv4Address | IPv6Address
LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME: Final = re.compile(rf"{LABEL}(\.{LABEL})*")
ELSEWHERE: Final = "192.0.2.1"  # TEST-NET-1: nobody is there, and nothing is sent; only the way there is looked up


def host_addresses() -> tuple[Address, ...]:
    """Return the addresses of all interfaces that are up, loopback too, in order; link-local ones are left out."""
    found = {
        ip_address(entry.address)
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family in (socket.AF_INET, socket.AF_INET6) and "%" not in entry.address
    }
    return tuple(sorted((a for a in found if not a.is_link_local), key=lambda a: (a.version, a.packed)))


def host_names() -> tuple[str, ...]:
    """Return this machine's names: localhost, its own, and the one found without a name server (mDNS)."""
    own = socket.gethostname().lower()
    short = own.partition(".")[0]
    return tuple(dict.fromkeys(name for name in ("localhost", own, f"{short}.local") if NAME.fullmatch(name)))


def reachable_address(bound_to: str) -> str:
    """Return the address to tell a phone: the one listened on, or else the one this machine goes out with."""
    if bound_to not in ("0.0.0.0", "::", ""):  # noqa: S104 - asked about, not bound
        return bound_to
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((ELSEWHERE, 9))
        except OSError:
            others = [str(a) for a in host_addresses() if not a.is_loopback]
            return others[0] if others else "127.0.0.1"
        return str(sock.getsockname()[0])
