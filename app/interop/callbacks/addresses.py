"""Where PSAPs want to be called back: set, listed and dropped by an operator."""

from app.interop.callbacks.delivery import check_address
from app.interop.callbacks.signing import secret_of
from app.sealing import KeyFile, Sealer
from app.settings import Settings
from app.store.pool import execute, fetch, open_pool


async def set_address(settings: Settings, dsn: str, psap: str, url: str) -> str:
    """Set where a PSAP is called back, and return the secret its messages are signed with. Raises BadAddress."""
    check_address(url)
    pool = await open_pool(dsn, size=1)
    try:
        await execute(pool, "put_callback_target", settings.region, psap, url)
    finally:
        await pool.close()
    return secret_of(Sealer(KeyFile(settings.keys_path), settings.region), psap)


async def drop_address(settings: Settings, dsn: str, psap: str) -> None:
    """Call a PSAP back no more."""
    pool = await open_pool(dsn, size=1)
    try:
        await execute(pool, "drop_callback_target", settings.region, psap)
    finally:
        await pool.close()


async def list_addresses(settings: Settings, dsn: str) -> dict[str, str]:
    """Return the addresses by PSAP."""
    pool = await open_pool(dsn, size=1)
    try:
        rows = await fetch(pool, "load_callback_targets", settings.region)
    finally:
        await pool.close()
    return {row["psap"]: row["url"] for row in rows}
