"""Codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 s), each taken once."""

import hmac
from typing import Final

import pyotp

STEP_S: Final = 30
AROUND: Final = 1  # a clock may be a step off, either way


def new_secret() -> str:
    """Return 160 random bits in base 32."""
    return pyotp.random_base32(32)


def address_of(secret: str, login: str) -> str:
    """Return what the QR code says (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Auxilio")


def step_of(secret: str, code: str, at_s: float) -> int | None:
    """Return the time step this code is of, None when it is none of now."""
    typed = code.replace(" ", "")
    if len(typed) != 6 or not typed.isascii() or not typed.isdigit():
        return None
    totp, now = pyotp.TOTP(secret), int(at_s) // STEP_S
    for step in range(now - AROUND, now + AROUND + 1):
        if hmac.compare_digest(totp.generate_otp(step), typed):
            return step
    return None
