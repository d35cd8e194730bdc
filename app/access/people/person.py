"""A person with an account. The history knows them by the call sign; the name stands in this table alone."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.access.identity import Role

ROLES: Final = (Role.DISPATCHER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR)
LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


class State(StrEnum):
    INVITED = "invited"  # has a link, and no way in yet
    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Person:
    """An account as the store holds it. `sectors` empty: the whole region."""

    id: UUID
    login: str
    call_sign: str
    name: str
    role: Role
    sectors: tuple[str, ...]
    state: State
    never_idle: bool
    password_hash: str | None = field(repr=False)
    totp_secret: bytes | None = field(repr=False)
    issuer: str | None
    passkeys: int

    @property
    def is_active(self) -> bool:
        return self.state is State.ACTIVE


def person_of(row: Any) -> Person:
    """Return the person of a row."""
    return Person(
        id=row["id"],
        login=row["login"],
        call_sign=row["call_sign"],
        name=row["name"],
        role=Role(row["role"]),
        sectors=tuple(row["sectors"]),
        state=State(row["state"]),
        never_idle=row["never_idle"],
        password_hash=row["password_hash"],
        totp_secret=row["totp_secret"],
        issuer=row["issuer"],
        passkeys=row["passkeys"],
    )


def login_of(typed: str) -> str:
    """Return a login as it is kept: nobody should fail for a capital letter or a blank."""
    return typed.strip().lower()
