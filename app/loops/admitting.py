"""Admission goes on after the door: sockets whose key, device or session is no longer good are closed."""

from typing import Final

from app.access.devices.codes import CODE_LIFE
from app.access.once import Once
from app.access.usage import PAUSE_S as USAGE_PAUSE_S
from app.services import Services
from app.store.pool import execute

# A revocation closes sockets within two of these (a refresh may just have begun): issue 4 wants five seconds.
REVIEW_S: Final = 1.0
FORGET_S: Final = 60.0
USAGE_S: Final = USAGE_PAUSE_S
CODES_S: Final = CODE_LIFE.total_seconds()


async def review_visitors(services: Services) -> None:
    """Ask of every open socket whether whoever holds it may still."""
    await services.visitors.review(services.clock.now().timestamp())


async def keep_usage(services: Services) -> None:
    """Write down when keys and devices were last used."""
    await services.keys.usage.keep()
    await services.enrolled.usage.keep()


async def forget_spent(services: Services) -> None:
    """Forget tickets and nonces that are over by themselves."""
    await Once(services.pool, services.settings.region).forget(services.clock.now())


async def forget_codes(services: Services) -> None:
    """Forget enrolment codes that are over."""
    await execute(services.pool, "forget_device_codes", services.settings.region, services.clock.now())
