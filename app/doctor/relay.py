"""Redis or Valkey: whether each node takes what is told, and has room. Without it nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Final

from redis.exceptions import AuthenticationError, RedisError, ResponseError

from app.doctor import advice
from app.doctor.finding import Finding, ok, unseen, warn
from app.doctor.scene import Scene
from app.doctor.store import place_of
from app.doctor.units import size
from app.relay_nodes import open_redis
from app.store.hosts import hosts_of

FULL_FROM: Final = 0.9
MEANS: Final = "frames reach other processes a second later, by the ledger; nothing is lost"


async def look(scene: Scene) -> AsyncIterator[Finding]:
    if not scene.urls.redis:
        yield warn(
            f"there is no Valkey in {scene.settings.data_dir} yet", "Start the service, which makes it.", advice.start()
        )  # fmt: skip
        return
    for finding in await asyncio.gather(*(_of_node(scene, url) for url in hosts_of(scene.urls.redis))):
        yield finding


async def _of_node(scene: Scene, url: str) -> Finding:
    is_embedded = scene.settings.redis_url is None
    name = "the embedded Valkey" if is_embedded else f"Redis at {_place(url)}"
    client, began = open_redis(url), monotonic()
    try:
        await client.execute_command("PING")  # type: ignore[no-untyped-call]
        took_s = monotonic() - began
        try:
            memory = await client.info("memory")
        except ResponseError:  # an account that may not ask
            return unseen(f"{name} answers; how full it is this account may not ask")
    except (RedisError, OSError) as error:
        return _away(name, error, is_embedded=is_embedded)
    finally:
        await client.aclose()
    used, most = int(memory["used_memory"]), int(memory["maxmemory"])
    said = f"{name} answers in {took_s * 1e3:.0f} ms and holds {size(used)}" + (f" of {size(most)}" if most else "")
    if most and used > FULL_FROM * most:
        return warn(said, f"When it is full, {MEANS}. It should hold next to nothing: see who else uses it.")
    return ok(said)


def _away(name: str, error: Exception, *, is_embedded: bool) -> Finding:
    if isinstance(error, AuthenticationError) or isinstance(error.__cause__, AuthenticationError):
        return warn(f"{name} refuses the password: {MEANS}", "Mend REDIS_URL.")
    run = advice.start() if is_embedded else advice.ping(name.removeprefix("Redis at "))
    return warn(f"{name} does not answer: {MEANS}", "Start it; processes find it again by themselves.", run)


def _place(url: str) -> str:
    if url.startswith("unix"):
        return "its socket"
    return place_of(url).replace(":5432", ":6379")
