"""What a sender signs with: a secret that no database holds, or a key pair whose public half we know."""

from base64 import b64encode
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from app.sealing import Sealer

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
PUBLIC_KEY_BYTES_MAX: Final = 512


class BadPublicKey(ValueError):
    """Not a public key we check signatures with."""


def signing_secret(sealer: Sealer, key_id: str) -> bytes:
    """Return the secret a key's holder signs with: made from the key file, so a copied database signs nothing."""
    return sealer.digest("request signature", key_id.encode())


def shown(secret: bytes) -> str:
    """Return a secret as its holder is shown it; base64 of 32 bytes."""
    return b64encode(secret).decode()


def read_public_key(data: bytes) -> PublicKey:
    """Read a public key, DER or PEM: P-256 or Ed25519. Raises BadPublicKey."""
    try:
        key = load_pem_public_key(data) if data.startswith(b"-----") else load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise BadPublicKey("no public key can be read") from None
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise BadPublicKey("P-256 or Ed25519 only")


def plain_key(data: bytes) -> bytes:
    """Return a public key as it is kept (DER). Raises BadPublicKey."""
    if len(data) > PUBLIC_KEY_BYTES_MAX:
        raise BadPublicKey("longer than any key of these kinds")
    return read_public_key(data).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
