"""What the routes about people's accounts answer and take: schemas and examples."""

from typing import Any, Final

from app.contract.schemas import FLAG, INSTANT, NUMBER, TEXT, WHOLE, Schema, listed, nullable, obj, ref

_AT: Final = "2026-11-22T14:05:00Z"
_END: Final = "2026-11-23T04:05:00Z"
_SESSION: Final[dict[str, Any]] = {
    "id": "4ac71537b9d1d5a2",
    "call_sign": "dispatcher 3",
    "name": "Dee Alvarez",
    "role": "dispatcher",
    "sectors": ["TUC"],
    "means": "passkey",
    "is_idle": False,
    "idle_s": 1800.0,
    "idle_at": _AT,
    "is_proved": True,
    "ends_at": _END,
}
_OPEN_SESSION: Final[dict[str, Any]] = {
    "id": "4ac71537b9d1d5a2",
    "means": "passkey",
    "source": "192.0.2.0/24",
    "started_at": _AT,
    "proved_at": _AT,
    "acted_at": _AT,
    "seen_at": _AT,
    "ends_at": _END,
    "is_this": True,
}
_PASSKEY: Final[dict[str, Any]] = {
    "id": "q83vEjRWeJA",
    "name": "the key on my ring",
    "host": "dispatch.example.org",
    "made_at": _AT,
    "used_at": None,
}
_PERSON: Final[dict[str, Any]] = {
    "id": "92289257-d6d8-4c7c-a152-39e24f985b49",
    "login": "dee",
    "call_sign": "dispatcher 3",
    "name": "Dee Alvarez",
    "role": "dispatcher",
    "sectors": ["TUC"],
    "state": "active",
    "never_idle": False,
    "by_agency": False,
    "has_password": True,
    "has_authenticator": True,
    "passkeys": 1,
    "sessions": 1,
    "seen_at": _AT,
}
_SIGNED_IN: Final[dict[str, Any]] = {"call_sign": "dispatcher 3", "name": "Dee Alvarez", "role": "dispatcher"}
_AUTHENTICATOR: Final[dict[str, Any]] = {"secret": "7NQGLABH5XE64CB2GR7WXRNTVXL2E5I6", "qr": "data:image/svg+xml,..."}
_LOOKED: Final[dict[str, Any]] = {
    "first": False,
    "login": "dee",
    "name": "Dee Alvarez",
    "role": "dispatcher",
    "ends_at": _END,
    "authenticator": _AUTHENTICATOR,
}
_INVITED: Final[dict[str, Any]] = {
    "person_id": _PERSON["id"],
    "link": "https://dispatch.example.org/console/welcome#UUZGFFIYhw_ednQ3lOAdLPkpCT3v5fmkPnx4X8JEJrY",
    "seconds": 259_200,
}
_SHOWN: Final[dict[str, Any]] = {"ceremony": "UUZGFFIYhw_ednQ3lOAdLPkp", "options": {"challenge": "q83vEjRWeJA"}}
_FLOW: Final[dict[str, Any]] = {"url": "https://id.example.org/authorize?...", "flow": "UUZGFFIYhw_ednQ3lOAdLPkp"}
_CODES: Final[dict[str, Any]] = {"recovery_codes": ["ymc7k-rzcd0", "v80wm-zcfhk"]}
_ANY: Final[Schema] = {"type": "object"}

PEOPLE_NAMED: Final[dict[str, Schema]] = {
    "OwnSession": obj(
        id=TEXT,
        call_sign=TEXT,
        name=TEXT,
        role=TEXT,
        sectors=listed(TEXT),
        means=TEXT,
        is_idle=FLAG,
        idle_s=nullable(NUMBER),
        idle_at=nullable(INSTANT),
        is_proved=FLAG,
        ends_at=INSTANT,
    ),
    "OpenSession": obj(
        id=TEXT,
        means=TEXT,
        source=TEXT,
        started_at=INSTANT,
        proved_at=INSTANT,
        acted_at=INSTANT,
        seen_at=INSTANT,
        ends_at=INSTANT,
        is_this=FLAG,
    ),
    "Passkey": obj(id=TEXT, name=TEXT, host=TEXT, made_at=INSTANT, used_at=nullable(INSTANT)),
    "Person": obj(
        id=TEXT,
        login=TEXT,
        call_sign=TEXT,
        name=TEXT,
        role=TEXT,
        sectors=listed(TEXT),
        state={"enum": ["invited", "active", "disabled"]},
        never_idle=FLAG,
        by_agency=FLAG,
        has_password=FLAG,
        has_authenticator=FLAG,
        passkeys=WHOLE,
        sessions=WHOLE,
        seen_at=nullable(INSTANT),
    ),
    "SignedIn": obj({"recovery_codes": listed(TEXT)}, call_sign=TEXT, name=TEXT, role=TEXT),
    "Authenticator": obj(secret=TEXT, qr=TEXT),
    "Guest": obj(
        first=FLAG,
        login=nullable(TEXT),
        name=nullable(TEXT),
        role=TEXT,
        ends_at=INSTANT,
        authenticator=ref("Authenticator"),
    ),
    "Invited": obj(person_id=TEXT, link=TEXT, seconds=WHOLE),
    "AskedOfBrowser": obj(ceremony=TEXT, options=_ANY),
    "AgencyFlow": obj(url=TEXT, flow=TEXT),
    "RecoveryCodes": obj(recovery_codes=listed(TEXT)),
    "WaysIn": obj(agency=nullable(TEXT), second_factor=FLAG, password_chars_min=WHOLE),
    "Account": obj(
        login=TEXT,
        has_password=FLAG,
        has_authenticator=FLAG,
        recovery_codes_left=WHOLE,
        passkeys=listed(ref("Passkey")),
        sessions=listed(ref("OpenSession")),
    ),
}

PEOPLE_ANSWERS: Final[dict[tuple[str, str], tuple[Schema, Any]]] = {
    ("get", "/v1/ways-in"): (ref("WaysIn"), {"agency": None, "second_factor": True, "password_chars_min": 12}),
    ("post", "/v1/sign-in"): (ref("SignedIn"), _SIGNED_IN),
    ("post", "/v1/sign-in/passkey/begin"): (ref("AskedOfBrowser"), _SHOWN),
    ("post", "/v1/sign-in/passkey"): (ref("SignedIn"), _SIGNED_IN),
    ("post", "/v1/sign-in/agency/begin"): (ref("AgencyFlow"), _FLOW),
    ("post", "/v1/sign-in/agency"): (ref("SignedIn"), _SIGNED_IN),
    ("post", "/v1/welcome/look"): (ref("Guest"), _LOOKED),
    ("post", "/v1/welcome"): (ref("SignedIn"), _SIGNED_IN | _CODES),
    ("get", "/v1/session"): (ref("OwnSession"), _SESSION),
    ("post", "/v1/session/active"): (ref("OwnSession"), _SESSION),
    ("post", "/v1/session/proof"): (ref("OwnSession"), _SESSION),
    ("post", "/v1/session/proof/passkey/begin"): (ref("AskedOfBrowser"), _SHOWN),
    ("post", "/v1/session/proof/passkey"): (ref("OwnSession"), _SESSION),
    ("delete", "/v1/session"): (obj(leave=nullable(TEXT)), {"leave": None}),
    ("get", "/v1/account"): (
        ref("Account"),
        {
            "login": "dee",
            "has_password": True,
            "has_authenticator": True,
            "recovery_codes_left": 10,
            "passkeys": [_PASSKEY],
            "sessions": [_OPEN_SESSION],
        },
    ),
    ("post", "/v1/account/passkeys/begin"): (ref("AskedOfBrowser"), _SHOWN),
    ("post", "/v1/account/passkeys"): (obj(passkeys=listed(ref("Passkey"))), {"passkeys": [_PASSKEY]}),
    ("post", "/v1/account/authenticator/begin"): (ref("Authenticator"), _AUTHENTICATOR),
    ("put", "/v1/account/authenticator"): (ref("RecoveryCodes"), _CODES),
    ("get", "/v1/people"): (listed(ref("Person")), [_PERSON]),
    ("post", "/v1/people"): (ref("Invited"), _INVITED),
    ("post", "/v1/people/{person_id}/link"): (ref("Invited"), _INVITED),
    ("get", "/v1/people/{person_id}/sessions"): (listed(ref("OpenSession")), [_OPEN_SESSION]),
}

PEOPLE_ASKED: Final[dict[str, dict[str, Any]]] = {
    "SignInBody": {"login": "dee", "password": "mesquite wash at noon", "code": "492039"},
    "PasskeyBody": {"ceremony": "UUZGFFIYhw_ednQ3lOAdLPkp", "credential": {"id": "q83vEjRWeJA"}},
    "NewPasskeyBody": {
        "ceremony": "UUZGFFIYhw_ednQ3lOAdLPkp",
        "credential": {"id": "q83vEjRWeJA"},
        "name": "the key on my ring",
    },
    "FlowBody": {"again": False},
    "ReturnedBody": {
        "flow": "UUZGFFIYhw_edn",
        "state": "b1c2",
        "code": "SplxlOBeZQ",
        "issuer": "https://id.example.org",
    },
    "ProofBody": {"code": "492039"},
    "LinkBody": {"link": "UUZGFFIYhw_ednQ3lOAdLPkpCT3v5fmkPnx4X8JEJrY"},
    "WelcomeBody": {
        "link": "UUZGFFIYhw_ednQ3lOAdLPkpCT3v5fmkPnx4X8JEJrY",
        "password": "mesquite wash at noon",
        "secret": "7NQGLABH5XE64CB2GR7WXRNTVXL2E5I6",
        "code": "492039",
    },
    "PasswordBody": {"password": "mesquite wash at noon"},
    "AuthenticatorBody": {"secret": "7NQGLABH5XE64CB2GR7WXRNTVXL2E5I6", "code": "492039"},
    "InviteBody": {"login": "dee", "name": "Dee Alvarez", "role": "dispatcher", "sectors": ["TUC"]},
    "PersonBody": {"name": "Dee Alvarez", "role": "supervisor", "sectors": [], "disabled": False},
}
