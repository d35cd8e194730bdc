"""The HTTP client for everything this service asks of others: no redirects, no proxy from outside, and no chatter."""

import logging
from typing import Final

import httpx

LOUD: Final = ("httpx", "httpcore")  # they write each address, and at debug each header: both may be personal


def open_client(timeout_s: float) -> httpx.AsyncClient:
    """Return a client; whoever opens it closes it."""
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)
