"""Which topics somebody may listen to: `board`, `sector:TUC`, `unit:U12`, as the policy's table says."""

from app.access.identity import Identity
from app.access.policy import HEARS, Reach


def may_hear(identity: Identity, topic: str) -> bool:
    """Whether this identity may listen to a topic: an agent to its unit, a dispatcher within its sectors."""
    kind, _, name = topic.partition(":")
    match HEARS.get(kind, {}).get(identity.role):
        case Reach.REGION:
            return not identity.sectors
        case Reach.SECTORS:
            return not identity.sectors or name in identity.sectors
        case Reach.UNIT:
            return name == identity.unit_id
        case _:
            return False
