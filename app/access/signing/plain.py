r"""The plain form, for senders that have HMAC and little else: four headers, one line of text to sign.

Auxilio-Key: <key id>   Auxilio-Timestamp: <seconds>   Auxilio-Nonce: <16 to 128 characters>
Auxilio-Signature: v1=<hex of HMAC-SHA256(secret, text)>
text = "v1\n<METHOD>\n<path and query>\n<timestamp>\n<nonce>\n<hex of SHA-256(body)>"
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from app.access.signing.claim import BadSignature, Message, Proven, check_age, check_nonce

KEY, TIMESTAMP, NONCE, SIGNATURE = "auxilio-key", "auxilio-timestamp", "auxilio-nonce", "auxilio-signature"
VERSION: Final = "v1"
EPOCH_DIGITS_MAX: Final = 12


def key_id_of(headers: Mapping[str, str]) -> str | None:
    """Return whose signature it claims to be; None when the request has none of this form."""
    return headers.get(KEY, "") if SIGNATURE in headers else None


def text_of(message: Message, timestamp: str, nonce: str) -> bytes:
    """Return what is signed."""
    digest = sha256(message.body).hexdigest()
    return f"{VERSION}\n{message.method}\n{message.target}\n{timestamp}\n{nonce}\n{digest}".encode()


def sign(message: Message, key_id: str, secret: bytes, now: datetime, nonce: str) -> dict[str, str]:
    """Return the headers that sign a request."""
    timestamp = str(int(now.timestamp()))
    signature = hmac.new(secret, text_of(message, timestamp, nonce), sha256).hexdigest()
    return {KEY: key_id, TIMESTAMP: timestamp, NONCE: nonce, SIGNATURE: f"{VERSION}={signature}"}


def verify(message: Message, secret: bytes, now: datetime) -> Proven:
    """Check the signature. Raises BadSignature."""
    timestamp = message.headers.get(TIMESTAMP, "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= EPOCH_DIGITS_MAX):
        raise BadSignature(f"{TIMESTAMP}: seconds of the epoch")
    until = check_age(datetime.fromtimestamp(int(timestamp), UTC), now)
    nonce = check_nonce(message.headers.get(NONCE))
    right = hmac.new(secret, text_of(message, timestamp, nonce), sha256).hexdigest()
    if not hmac.compare_digest(message.headers[SIGNATURE].encode(), f"{VERSION}={right}".encode()):
        raise BadSignature("it is not the signature of this method, path, time, nonce and body")
    return Proven(nonce, until)
