"""Whoever let somebody in also knows whether they may stay: keys, people's sessions, devices."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from app.access.identity import Identity


class Authority(ABC):
    """Answers for the identities of one kind of source; named by what stands before the colon of `Identity.source`."""

    async def refresh(self) -> None:  # noqa: B027 - one that keeps nothing has nothing to refresh
        """Learn at once, for everybody asked about lately, what has changed; called about once a second.

        Raises whatever its store raises: then nobody is put out, because nobody could have been revoked.
        """

    @abstractmethod
    async def still(self, identity: Identity) -> Identity | None:
        """Return the identity as it is now, None when it is no longer good. Asked for every open socket: cheap."""


Authorities = Mapping[str, Authority]


async def still(authorities: Authorities, identity: Identity, now: float) -> Identity | None:
    """Return the identity as it is now; None when it has ended, was revoked, or nobody answers for it.

    `now` is in seconds of the epoch.
    """
    if identity.until is not None and identity.until <= now:
        return None
    authority = authorities.get(identity.source.partition(":")[0])
    return await authority.still(identity) if authority is not None else None
