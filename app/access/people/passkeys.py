"""Passkeys (WebAuthn): discoverable, the person verified by the device, so that one is two factors at once.

A passkey belongs to a host name. On an address without one (http://127.0.0.1) browsers make none.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.access.people.ceremonies import Ceremonies
from app.access.people.person import Person
from app.store.pool import Pool, fetch

CREATING, USING = "create a passkey", "use a passkey"
CREDENTIAL_BYTES_MAX: Final = 1_024
PASSKEYS_MAX: Final = 20  # of one person


class BadPasskey(Exception):
    """What came is no passkey of anybody, or not from where it says. Nobody is told which."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the browser is asked to do, and the name of the step that waits for it."""

    ceremony: str
    options: dict[str, Any]


class Passkeys:
    """Asks browsers for passkeys and checks what they answer."""

    def __init__(self, pool: Pool, region: str, ceremonies: Ceremonies) -> None:
        self._pool = pool
        self._region = region
        self._ceremonies = ceremonies

    async def begin_creating(self, person: Person, origin: str, now: datetime) -> Shown:
        """Ask for a new passkey of a person."""
        rows = await self.list(person)
        ceremony = self._ceremonies.begin(CREATING, {"whose": str(person.id)}, now)
        options = webauthn.generate_registration_options(
            challenge=self._challenge(ceremony),
            rp_id=host_of(origin),
            rp_name="Auxilio",
            user_id=person.id.bytes,
            user_name=person.login,
            user_display_name=person.name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=row["id"]) for row in rows],
        )
        return _shown(ceremony, options)

    async def create(
        self, person: Person, ceremony: str, credential: dict[str, Any], name: str, origin: str, now: datetime
    ) -> None:
        """Keep a new passkey. Raises BadPasskey."""
        self._check(CREATING, ceremony, str(person.id), now)
        if len(await self.list(person)) >= PASSKEYS_MAX:
            raise BadPasskey
        try:
            made = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=self._challenge(ceremony),
                expected_rp_id=host_of(origin),
                expected_origin=origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise BadPasskey from error
        if len(made.credential_id) > CREDENTIAL_BYTES_MAX or not await self._ceremonies.use_up(ceremony, now):
            raise BadPasskey
        rows = await fetch(
            self._pool, "add_passkey", made.credential_id, person.id, host_of(origin), name,
            made.credential_public_key, made.sign_count,
        )  # fmt: skip
        if not rows:
            raise BadPasskey

    def begin_using(self, origin: str, whose: str, now: datetime) -> Shown:
        """Ask for a passkey: of anybody (`whose` empty), or of one person who proves again who they are."""
        ceremony = self._ceremonies.begin(USING, {"whose": whose}, now)
        options = webauthn.generate_authentication_options(
            challenge=self._challenge(ceremony),
            rp_id=host_of(origin),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return _shown(ceremony, options)

    async def use(self, ceremony: str, credential: dict[str, Any], origin: str, whose: str, now: datetime) -> Any:
        """Return the row of the passkey that answered. Raises BadPasskey: for a counter that did not rise, too."""
        self._check(USING, ceremony, whose, now)
        try:
            credential_id = base64url_to_bytes(str(credential["id"]))
        except (ValueError, KeyError) as error:
            raise BadPasskey from error
        rows = await fetch(self._pool, "find_passkey", self._region, credential_id)
        if not rows or (whose and str(rows[0]["person_id"]) != whose):
            raise BadPasskey
        try:
            used = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=self._challenge(ceremony),
                expected_rp_id=host_of(origin),
                expected_origin=origin,
                credential_public_key=rows[0]["public_key"],
                credential_current_sign_count=rows[0]["sign_count"],
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise BadPasskey from error
        if not await self._ceremonies.use_up(ceremony, now):
            raise BadPasskey
        if not await fetch(self._pool, "use_passkey", credential_id, used.new_sign_count, now):
            raise BadPasskey
        return rows[0]

    async def list(self, person: Person) -> list[Any]:
        return await fetch(self._pool, "list_passkeys", person.id)

    async def drop(self, person: Person, passkey_id: str) -> bool:
        """Remove a passkey; false when there is none such, or it is the only way in."""
        try:
            credential_id = base64url_to_bytes(passkey_id)
        except ValueError:
            return False
        return bool(await fetch(self._pool, "drop_passkey", person.id, credential_id))

    def _challenge(self, ceremony: str) -> bytes:
        return self._ceremonies.secret(ceremony, "challenge").encode()

    def _check(self, kind: str, ceremony: str, whose: str, now: datetime) -> None:
        """Raise BadPasskey for a step that was not begun here, for this, for this person, a moment ago."""
        facts = self._ceremonies.facts(kind, ceremony, now)
        if facts is None or facts["whose"] != whose:
            raise BadPasskey


def _shown(ceremony: str, options: Any) -> Shown:
    return Shown(ceremony, orjson.loads(webauthn.options_to_json(options)))


def host_of(origin: str) -> str:
    """Return the name passkeys of this page belong to."""
    return urlsplit(origin).hostname or ""
