"""The routes that need nobody's permission, each with its reason. A test holds that there is no other."""

from typing import Final

_PAGE: Final = "a file of the screens: a browser has nobody's leave before its page is there, and it holds no data"
_WAY_IN: Final = (
    "a way in: whoever uses it is nobody yet; throttled, single use, and it says nothing of who has an account"
)

OPEN: Final[dict[str, str]] = {
    "/v1/openapi.json": "the contract is published",
    "/v1/asyncapi.json": "the contract is published",
    "/health/live": "whatever watches the process has no account",
    "/health/ready": "whatever watches the process has no account",
    "/": _PAGE,
    "/console": _PAGE,
    "/console/{view:path}": _PAGE,
    "/agent": _PAGE,
    "/agent/{name}": _PAGE,
    "/agent/{view:path}": _PAGE,
    "/web/{name:path}": _PAGE,
    "/v1/demo": "made-up people's keys, in a demo, to a browser of the same machine",
    "/v1/demo/session": "a made-up person's session, in a demo, to a browser of the same machine",
    "/v1/demo/codes": "a code for a made-up unit, in a demo, to a browser of the same machine",
    "/v1/devices/enrolments": "a device that is not let in yet proves itself by its one-time code",
    "/v1/devices/nonces": "a device signs a nonce; anybody may have one, and it is good for nothing else",
    "/v1/devices/{device_id}/tokens": "a device proves itself by a signature",
    "/v1/ways-in": "which ways in there are here; it knows nobody",
    "/v1/sign-in": _WAY_IN,
    "/v1/sign-in/passkey/begin": _WAY_IN,
    "/v1/sign-in/passkey": _WAY_IN,
    "/v1/sign-in/agency/begin": _WAY_IN,
    "/v1/sign-in/agency": _WAY_IN,
    "/v1/welcome/look": "whoever has a one-time link is told whom it is for",
    "/v1/welcome": "whoever has a one-time link uses it up",
}
