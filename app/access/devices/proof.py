"""How a device proves that it is itself: it signs a nonce of ours with a key that never leaves it."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from app.access.signing.secret import read_public_key

SIGNATURE_BYTES: Final = 64  # both kinds; of P-256 it is r and s, as browsers write it (IEEE P1363)


def proof_text(device_id: str, nonce: str) -> bytes:
    """Return what a device signs. It begins with a purpose, so that it is no signature of anything else."""
    return f"auxilio device token\n{device_id}\n{nonce}".encode()


def is_proof(public_key: bytes, device_id: str, nonce: str, signature: bytes) -> bool:
    """Whether the signature is this device's over this nonce."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    key = read_public_key(public_key)
    text = proof_text(device_id, nonce)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(encode_dss_signature(r, s), text, ec.ECDSA(SHA256()))
        else:
            key.verify(signature, text)
    except InvalidSignature:
        return False
    return True
