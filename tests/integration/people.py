"""Keys for those who act in their own name, so that a test can ask as one without signing in."""

import asyncpg

from app.access.identity import Role
from app.access.keys import create_key
from app.store.pool import open_pool
from loadtests.rig import REGION


async def person_key(database: str, role: Role, name: str, sectors: tuple[str, ...] = ()) -> str:
    """Return a key of a role that only people have; the schema forbids such a key, so that is lifted first."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("ALTER TABLE keys DROP CONSTRAINT IF EXISTS keys_role_check")
    finally:
        await connection.close()
    pool = await open_pool(database, size=1)
    try:
        return await create_key(pool, REGION, role, name, sectors=sectors)
    finally:
        await pool.close()
