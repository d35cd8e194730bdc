"""Signing a call-back as Standard Webhooks does: the receiver knows that it is ours, whole and fresh."""

import hmac
from base64 import b64encode
from hashlib import sha256
from typing import Final

from app.sealing import Sealer

PREFIX: Final = "whsec_"


def secret_of(sealer: Sealer, psap: str) -> str:
    """Return a PSAP's signing secret; it follows from the key file, so it is nowhere stored."""
    return PREFIX + b64encode(sealer.digest("callback", psap.encode())).decode()


def headers(sealer: Sealer, psap: str, message_id: str, at_s: int, body: bytes) -> dict[str, str]:
    """Return the headers of a signed message."""
    signed = b".".join((message_id.encode(), str(at_s).encode(), body))
    signature = hmac.digest(sealer.digest("callback", psap.encode()), signed, sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{b64encode(signature).decode()}",
        "content-type": "application/json",
    }
