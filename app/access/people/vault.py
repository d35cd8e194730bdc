"""What the accounts' secrets are sealed and digested with: keys from the key file, outside every database backup."""

import os
from secrets import choice
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.sealing import Sealer

NONCE_BYTES: Final = 12
CODES: Final = 10
CODE_CHARS: Final = 10  # 50 bits: guessed over the network, if at all
ALPHABET: Final = "abcdefghjkmnpqrstvwxyz0123456789"  # no i, l, o, u: read aloud, typed once, at night


class Vault:
    """Seals authenticators' secrets, and digests recovery codes, which are too short for a bare hash."""

    def __init__(self, sealer: Sealer) -> None:
        self._digest = sealer.digest
        self._totp = AESGCM(sealer.digest("people", b"authenticators"))

    def seal(self, person_id: UUID, secret: str) -> bytes:
        """Seal a secret to its person, so that rows cannot be swapped."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._totp.encrypt(nonce, secret.encode(), person_id.bytes)

    def open(self, person_id: UUID, sealed: bytes) -> str:
        """Open it. Raises InvalidTag when it is another person's, or the key file is."""
        return self._totp.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], person_id.bytes).decode()

    def recovery_codes(self, person_id: UUID) -> tuple[list[str], list[bytes]]:
        """Return new codes to show once, and their digests to keep."""
        codes = ["".join(choice(ALPHABET) for _ in range(CODE_CHARS)) for _ in range(CODES)]
        return [f"{code[:5]}-{code[5:]}" for code in codes], [self.digest(person_id, code) for code in codes]

    def digest(self, person_id: UUID, code: str) -> bytes:
        typed = code.strip().lower().replace("-", "").replace(" ", "")
        return self._digest("recovery code", person_id.bytes + typed.encode())
