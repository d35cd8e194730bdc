"""What a signed request claims, before and after its signature was checked; and how far clocks may be apart."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=5)  # a signed request is good for so long: a slow link, a retry by a proxy
SKEW: Final = timedelta(seconds=60)  # how far a sender's clock may be ahead or behind
NONCE_CHARS: Final = range(16, 129)


class BadSignature(Exception):
    """A signature that proves nothing; the words say why, and hold nothing of the request."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request as it is signed: `target` is path and query as they were sent, `url` the whole address."""

    method: str
    target: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Proven:
    """A good signature: its nonce, to be used up, and when it is refused for its age."""

    nonce: str
    until: datetime


def check_age(created: datetime, now: datetime) -> datetime:
    """Return until when a request signed then is good. Raises BadSignature."""
    if created > now + SKEW:
        raise BadSignature("it was signed in the future: set the clock")
    if created < now - WINDOW - SKEW:
        raise BadSignature("it was signed too long ago: sign it again, or set the clock")
    return created + WINDOW + SKEW


def check_nonce(nonce: object) -> str:
    """Return the nonce. Raises BadSignature."""
    if not isinstance(nonce, str) or len(nonce) not in NONCE_CHARS or not nonce.isprintable():
        raise BadSignature("the nonce has 16 to 128 characters, new ones for each request")
    return nonce
