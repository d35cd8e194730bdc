"""What the routes that let devices and keys in answer, with examples."""

from typing import Any, Final

from app.contract.schemas import FLAG, INSTANT, NUMBER, TEXT, Schema, listed, nullable, obj, ref

NAMED: Final[dict[str, Schema]] = {
    "EnrolmentCode": obj(code=TEXT, unit_id=TEXT, url=TEXT, qr=TEXT, seconds=NUMBER),
    "DeviceEnrolled": obj(device_id=TEXT, unit_id=TEXT, label=TEXT),
    "DeviceNonce": obj(nonce=TEXT, seconds=NUMBER),
    "DeviceToken": obj(token=TEXT, seconds=NUMBER, unit_id=TEXT, sector=TEXT),
    "EnrolledDevice": obj(
        id=TEXT,
        unit_id=TEXT,
        label=TEXT,
        enrolled_at=INSTANT,
        enrolled_by=TEXT,
        last_used_at=nullable(INSTANT),
        revoked_at=nullable(INSTANT),
        revoked_by=nullable(TEXT),
    ),
    "KeyMade": obj(key_id=TEXT, key=TEXT, signing_secret=nullable(TEXT)),
    "KeyShown": obj(
        id=TEXT,
        role=TEXT,
        name=TEXT,
        sectors=listed(TEXT),
        unit_id=nullable(TEXT),
        scopes=nullable(listed(TEXT)),
        must_sign=FLAG,
        has_public_key=FLAG,
        certificate=nullable(TEXT),
        in_url=FLAG,
        device=nullable(TEXT),
        created_at=INSTANT,
        last_used_at=nullable(INSTANT),
        expires_at=nullable(INSTANT),
        revoked_at=nullable(INSTANT),
    ),
}
DEVICE: Final[dict[str, Any]] = {
    "id": "5f0c1a2b3c4d5e6f", "unit_id": "U12", "label": "Pixel 8", "enrolled_at": "2026-11-22T06:10:00Z",
    "enrolled_by": "anna", "last_used_at": "2026-11-22T14:03:00Z", "revoked_at": None, "revoked_by": None,
}  # fmt: skip
KEY: Final[dict[str, Any]] = {
    "id": "1a2b3c4d5e6f", "role": "psap", "name": "Tucson 911", "sectors": ["TUC"], "unit_id": None,
    "scopes": ["report_call"], "must_sign": True, "has_public_key": False, "certificate": None, "in_url": False,
    "device": None, "created_at": "2026-11-01T06:10:00Z", "last_used_at": "2026-11-22T14:03:00Z", "expires_at": None,
    "revoked_at": None,
}  # fmt: skip
MADE: Final[dict[str, Any]] = {
    "key_id": "1a2b3c4d5e6f", "key": "aux_1a2b3c4d5e6f_...", "signing_secret": "kq0...=",
}  # fmt: skip
PUBLIC_KEY: Final = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
ANSWERS: Final[dict[tuple[str, str], tuple[Schema, Any]]] = {
    ("get", "/v1/devices"): (listed(ref("EnrolledDevice")), [DEVICE]),
    ("post", "/v1/devices/codes"): (
        ref("EnrolmentCode"),
        {
            "code": "7K2MQ-0XH4T", "unit_id": "U12", "url": "https://dispatch.example.org/agent#enrol=7K2MQ-0XH4T",
            "qr": "<svg ...>", "seconds": 900.0,
        },
    ),
    ("post", "/v1/devices/enrolments"): (
        ref("DeviceEnrolled"),
        {"device_id": "5f0c1a2b3c4d5e6f", "unit_id": "U12", "label": "Pixel 8"},
    ),
    ("post", "/v1/devices/nonces"): (ref("DeviceNonce"), {"nonce": "Zk3v...", "seconds": 60.0}),
    ("post", "/v1/devices/{device_id}/tokens"): (
        ref("DeviceToken"),
        {"token": "axd_Zk3v...", "seconds": 300.0, "unit_id": "U12", "sector": "TUC"},
    ),
    ("get", "/v1/keys"): (listed(ref("KeyShown")), [KEY]),
    ("post", "/v1/keys"): (ref("KeyMade"), MADE),
    ("post", "/v1/keys/{key_id}/rotate"): (ref("KeyMade"), MADE),
}  # fmt: skip
ASKED: Final[dict[str, dict[str, Any]]] = {
    "CodeBody": {"unit_id": "U12", "label": "Pixel 8"},
    "EnrolBody": {"code": "7K2MQ-0XH4T", "public_key": PUBLIC_KEY},
    "SignedNonceBody": {"nonce": "Zk3v0aBc", "signature": "MEUCIQ=="},
    "KeyBody": {"role": "psap", "name": "Tucson 911", "sectors": ["TUC"], "scopes": ["report_call"], "must_sign": True},
    "RotateBody": {"overlap_hours": 168},
}
