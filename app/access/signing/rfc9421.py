"""HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530): `Signature-Input` and `Signature`.

Covered must be @method and @path, @query when there is one, and content-digest when there is a body; keyid is the key's
id, created and a nonce must be there. The algorithm follows from the key, never from what the request says of itself.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import http_sf
from cryptography.hazmat.primitives.asymmetric import ed25519
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    VerifyResult,
    algorithms,
)

from app.access.signing.claim import SKEW, WINDOW, BadSignature, Message, Proven, check_age, check_nonce
from app.access.signing.secret import read_public_key

INPUT, SIGNATURE = "signature-input", "signature"
COVERED: Final = ("@method", "@path")
HEADER_CHARS_MAX: Final = 4_096


def key_id_of(headers: Mapping[str, str]) -> str | None:
    """Return whose signature it claims to be; None when the request has none of this form."""
    if INPUT not in headers:
        return None
    try:
        if len(headers[INPUT]) > HEADER_CHARS_MAX:
            return ""
        parsed: dict[str, Any] = http_sf.parse(headers[INPUT].encode(), tltype="dictionary")  # type: ignore[assignment]
        ((_, params),) = parsed.values()  # one signature: whose would a second be?
    except (ValueError, TypeError):
        return ""
    key_id = params.get("keyid")
    return key_id if isinstance(key_id, str) else ""


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: Any) -> None:
        self._key = key

    def resolve_public_key(self, key_id: str) -> Any:  # noqa: ARG002 - found before, by the same id
        return self._key

    def resolve_private_key(self, key_id: str) -> Any:
        raise NotImplementedError(key_id)


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = SKEW


def verify(message: Message, secret: bytes, public_key: bytes | None, now: datetime) -> Proven:
    """Check the signature: by the sender's public key if it has one, else by its secret. Raises BadSignature."""
    covered = (*COVERED, "@query") if "?" in message.target else COVERED
    try:
        result = check(message, secret, public_key, max_age=WINDOW, required=covered, body=message.body)
    except InvalidSignature as error:
        raise BadSignature(_reason(error)) from None
    until = check_age(datetime.fromtimestamp(int(result.parameters["created"]), UTC), now)
    return Proven(check_nonce(result.nonce), until)


def check(
    message: Message,
    secret: bytes,
    public_key: bytes | None,
    *,
    max_age: timedelta | None = None,
    required: Sequence[str] = (),
    body: bytes | None = None,
) -> VerifyResult:
    """Check one signature as the RFC says, whatever else we ask of it. Raises InvalidSignature."""
    key: Any = secret
    algorithm: Any = algorithms.HMAC_SHA256
    if public_key is not None:
        key = read_public_key(public_key)
        is_ed25519 = isinstance(key, ed25519.Ed25519PublicKey)
        algorithm = algorithms.ED25519 if is_ed25519 else algorithms.ECDSA_P256_SHA256
    verifier = _Verifier(signature_algorithm=algorithm, key_resolver=_OneKey(key))
    (result,) = verifier.verify(message, max_age=max_age, require_components=required, body=body)
    return result


def _reason(error: InvalidSignature) -> str:
    """Return why, without what was sent: the library's own words repeat it."""
    words = str(error)
    for known in ("created", "age exceeds", "expires", "Content-Digest", "was not covered", "algorithm"):
        if known in words:
            return f"refused for its {known}" if known != "was not covered" else "it must cover @method, @path, @query"
    return "it is not the signature of this request"
