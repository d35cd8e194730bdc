"""The strict bodies of the routes that let devices and keys in."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from app.access.front import FINGERPRINT, fingerprint
from app.access.policy import Action, scope_name
from app.routes.bodies import Body, Text

SCOPES = frozenset(scope_name(action) for action in Action)
Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{1,700}={0,2}$")]
Sectors = Annotated[list[Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}$")]], Field(max_length=32)]
Hours = Annotated[float, Field(ge=0, le=24 * 31)]


class CodeBody(Body):
    """`label` tells the unit's devices apart: `Pixel 8, spare`. It is shown to whoever manages devices."""

    unit_id: Text
    label: Annotated[Text, Field(max_length=80)]


class DemoUnitBody(Body):
    """Which of the demo's units a browser wants to be."""

    unit_id: Text


class EnrolBody(Body):
    """`public_key`: P-256 or Ed25519, SubjectPublicKeyInfo (DER) in base64. The private half stays on the device."""

    code: Annotated[Text, Field(max_length=64)]
    public_key: Base64


class SignedNonceBody(Body):
    """`signature`: over `auxilio device token`, the device's id and the nonce, a line each; 64 bytes in base64."""

    nonce: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,200}$")]
    signature: Base64


class KeyBody(Body):
    """What a key is made with. `scopes` narrow what its role may do; none: all of it."""

    role: Literal["psap", "tower", "agent", "dispatcher", "partner", "tracker"]
    name: Annotated[Text, Field(max_length=80)]
    sectors: Annotated[Sectors, Field(default_factory=list)]
    unit_id: Text | None = None
    scopes: Annotated[list[str], Field(min_length=1, max_length=len(SCOPES))] | None = None
    must_sign: bool = False
    public_key: Base64 | None = None
    certificate: Annotated[str, Field(max_length=100)] | None = None
    in_url: bool = False
    device: Annotated[Text, Field(max_length=64)] | None = None
    days: Annotated[float, Field(gt=0, le=3660)] | None = None

    @field_validator("scopes")
    @classmethod
    def _scopes(cls, value: list[str] | None) -> list[str] | None:
        if value is not None and not set(value) <= SCOPES:
            raise ValueError(f"some of {', '.join(sorted(SCOPES))}")
        return value

    @field_validator("certificate")
    @classmethod
    def _certificate(cls, value: str | None) -> str | None:
        if value is None:
            return None
        plain = fingerprint(value)
        if not FINGERPRINT.fullmatch(plain):
            raise ValueError("the SHA-256 of the certificate, 64 hexadecimal digits")
        return plain


class RotateBody(Body):
    """How long the old key lives on beside the new one."""

    overlap_hours: Hours = 24 * 7.0
