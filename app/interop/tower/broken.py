"""A tower's message that broke our reader: somebody may have pressed a button, so it is kept and a person looks."""

from typing import Any

from msgspec.structs import replace

from app.access.identity import Identity
from app.intake import calls
from app.problems import checked
from app.services import Services
from app.stream.acts import command_id


async def take_unreadable(services: Services, identity: Identity, raw: bytes, reason: str) -> dict[str, Any]:
    """Make of it a bare incident with a dispatcher at once, its raw bytes sealed; the same bytes again are the same.

    Raises Problem, DeskUnavailable.
    """
    asked = calls.bare_request(raw, identity.name, services.clock.now(), services.intake, reason)
    digest = services.sealer.digest("unreadable", raw)  # networks deliver for hours, and nothing in it can be trusted
    asked = replace(asked, id=command_id(identity, f"unreadable:{digest.hex()}"), digest=digest)
    return checked(await services.submit(asked))
