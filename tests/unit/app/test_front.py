"""A front's word counts only when the front is one the operator named."""

from ipaddress import ip_network

import pytest
from starlette.requests import HTTPConnection

from app.access.front import certificate_of, source_of

PROXIES = (ip_network("10.0.0.0/24"), ip_network("fd00::/64"))
PRINT = "ab" * 32


def asked(client: str | None, *headers: tuple[str, str]) -> HTTPConnection:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    return HTTPConnection({"type": "http", "client": (client, 1) if client else None, "headers": raw})


@pytest.mark.parametrize(
    ("client", "told", "source"),
    [
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # a stranger says what it likes
        ("10.0.0.5", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # only what our own proxy saw
        ("10.0.0.5", "198.51.100.1, 10.0.0.6", "198.51.100.1"),  # two of ours in a row
        ("::ffff:10.0.0.5", "2001:db8::1", "2001:db8::1"),
        ("fd00::1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", "nonsense", "10.0.0.5"),
        ("10.0.0.5", "", "10.0.0.5"),
        (None, "198.51.100.1", "unknown"),
    ],
)
def test_the_source_is_the_last_address_no_proxy_of_ours_has(client: str | None, told: str, source: str) -> None:
    assert source_of(asked(client, ("x-forwarded-for", told)), PROXIES) == source


def test_a_certificate_is_believed_from_a_named_proxy_alone() -> None:
    header = ("x-client-cert-sha256", PRINT.upper())
    assert certificate_of(asked("10.0.0.5", header), PROXIES) == PRINT
    assert certificate_of(asked("192.0.2.7", header), PROXIES) is None
    assert certificate_of(asked("10.0.0.5", header), ()) is None
    assert certificate_of(asked("10.0.0.5"), PROXIES) is None
    assert certificate_of(asked("10.0.0.5", header, header), PROXIES) is None
