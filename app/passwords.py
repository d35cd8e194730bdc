"""Passwords that everybody knows. A server that is reached with one is reached by others too."""

from typing import Final
from urllib.parse import unquote, urlsplit

# What images, tutorials and compose files on the web set; a scanner tries these first.
DEFAULT_PASSWORDS: Final = frozenset((
    "admin", "auxilio", "changeme", "change-me", "default", "guest", "mosquitto", "passw0rd", "password", "postgres",
    "postgresql", "redis", "root", "secret", "test", "valkey", "123456", "12345678",
))  # fmt: skip


def with_own_password(url: str) -> str:
    """Return the URL. Raises ValueError for a password everybody knows, without saying it or the URL."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    password = unquote(parts.password).lower()
    if password in DEFAULT_PASSWORDS or password == unquote(parts.username or "").lower():
        raise ValueError("holds a password that everybody knows; choose another")
    return url
