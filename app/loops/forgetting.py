"""Forgetting what may only be known for a while: callers' tokens after a day, call-backs that are done after a week."""

from datetime import timedelta
from typing import Final

from app.services import Services
from app.store.pool import execute

PAUSE_S: Final = 600.0
SESSIONS_KEPT: Final = timedelta(days=90)  # who was signed in, for whoever looks into something afterwards


async def forget_callers(services: Services) -> None:
    """Delete the tokens that have expired; from the desk's memory they go at the next rebuild or renewal."""
    await execute(services.pool, "forget_callers", services.settings.region)


async def forget_callbacks(services: Services) -> None:
    """Delete call-backs that were delivered or given up a week ago."""
    await execute(services.pool, "forget_callbacks", services.settings.region)


async def forget_sign_ins(services: Services) -> None:
    """Delete the used steps of signing in that are too old to be used again, and sessions that ended long ago."""
    now = services.clock.now()
    await services.people.ceremonies.forget(now)
    await services.people.sessions.forget_old(now - SESSIONS_KEPT)
