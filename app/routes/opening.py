"""Which sealed values somebody may open: those of incidents he may see. Others answer like ids nobody ever made."""

from uuid import UUID

from app.access.identity import Identity
from app.problems import Problem
from app.routes.incidents import ensure
from app.services import Services
from app.store.scoped import seeing
from app.store.statements import statement


async def may_open(services: Services, identity: Identity, sealed_id: UUID) -> bool:
    """Whether this identity may open a sealed value; the view is asked whose incident it is about, and the database.

    Who has the region opens also what is about no incident.
    """
    async with seeing(services.pool, identity.sectors) as connection:
        row = await connection.fetchrow(statement("find_sealed"), services.settings.region, sealed_id)
    if row is None or row["incident_id"] is None or not identity.sectors:
        return row is not None and not identity.sectors
    try:
        await ensure(services, identity, row["incident_id"])
    except Problem:
        return False
    return True
