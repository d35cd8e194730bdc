"""Who signed a request, if somebody did: the key named in it, once the signature holds and was not used before."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from hashlib import sha256

from starlette.requests import HTTPConnection

from app.access.keys import Key, Keys
from app.access.once import Once
from app.access.signing import plain, rfc9421
from app.access.signing.claim import BadSignature, Message, Proven
from app.access.signing.secret import signing_secret
from app.sealing import Sealer

Read = Callable[[], Awaitable[bytes]]


class Signatures:
    """Checks signed requests. Whoever signs sends no key: it never crosses the wire."""

    def __init__(self, keys: Keys, once: Once, sealer: Sealer, public_url: str | None) -> None:
        self._keys = keys
        self._once = once
        self._sealer = sealer
        self._public_url = public_url

    async def signer(self, connection: HTTPConnection, read: Read, now: datetime) -> Key | None:
        """Return the key that signed, None when nothing is signed. Raises BadSignature."""
        headers = connection.headers
        is_plain = (key_id := plain.key_id_of(headers)) is not None
        if key_id is None:
            key_id = rfc9421.key_id_of(headers)
        if key_id is None:
            return None
        key = await self._keys.by_id(key_id)
        if key is None:
            raise BadSignature("it is not the signature of this request")
        proven = self._check(await self._message(connection, read), key, is_plain=is_plain, now=now)
        # The nonce is the sender's: as a digest with the key's id, no nonce of one sender is another's.
        mark = sha256(f"{key.identity.key_id}:{proven.nonce}".encode()).digest()
        if not await self._once.spend("signature", mark, proven.until):
            raise BadSignature("it was used before: sign each request anew, with a nonce of its own")
        return key

    def _check(self, message: Message, key: Key, *, is_plain: bool, now: datetime) -> Proven:
        secret = signing_secret(self._sealer, key.identity.key_id)
        if not is_plain:
            return rfc9421.verify(message, secret, key.public_key, now)
        if key.public_key is not None:
            raise BadSignature("this key signs with its key pair, as RFC 9421 says")
        return plain.verify(message, secret, now)

    async def _message(self, connection: HTTPConnection, read: Read) -> Message:
        scope = connection.scope
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope["query_string"]
        target = (raw.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")
        base = self._public_url or f"{scope.get('scheme', 'http')}://{connection.headers.get('host', '')}"
        return Message(
            scope.get("method", "GET"), target, base.rstrip("/") + target, _joined(connection.headers), await read()
        )


def _joined(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with repeated ones joined, as both forms read them."""
    joined: dict[str, str] = {}
    for name, value in headers.items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
