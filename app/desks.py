"""`auxilio desk`: the desks of one region or several in one process, and nothing served but their health."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import Any

import orjson
from fastapi import FastAPI, Response

from app.engines import Urls
from app.main import Process, desk_process
from app.routes.health import state_of
from app.settings import BadSettings, Settings

# Each of these is one line to another system, whose messages would come into every region.
ONE_REGION_ONLY = ("mqtt_url", "cot_url", "nws_url")


def refuse_shared_lines(regions: Iterable[Settings]) -> None:
    """Raise BadSettings when several regions of one process would listen to the same other system."""
    found = list(regions)
    named = [name for name in ONE_REGION_ONLY if len(found) > 1 and getattr(found[0], name) is not None]
    if named:
        raise BadSettings("\n".join(f"AUXILIO_{name.upper()}: for a process with one region only" for name in named))


async def start_desks(stack: AsyncExitStack, regions: Iterable[Settings], urls: Urls) -> dict[str, Process]:
    """Start a desk, or a standby, for each region. A link port that is set is the first one's; the others follow it."""
    started = {}
    for number, settings in enumerate(regions):
        port = settings.link_port + number if settings.link_port else 0
        own = settings.model_copy(update={"link_port": port})
        started[settings.region] = await stack.enter_async_context(desk_process(own, urls))
    return started


async def first_to_end(processes: Iterable[Process]) -> None:
    """Wait for the first desk that ends, and raise what ended it: a process with a desk missing is started anew."""
    done, _ = await asyncio.wait([process.vital for process in processes], return_when=asyncio.FIRST_COMPLETED)
    for vital in done:
        vital.result()


def build_health(processes: dict[str, Process]) -> FastAPI:
    """Return the application that says how each region's desk is; it answers nothing else."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health/live")
    async def _live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health/ready")
    async def _ready() -> Response:
        regions: dict[str, dict[str, Any]] = {r: await state_of(p.services) for r, p in processes.items()}
        fit = all(state["status"] == "ok" for state in regions.values())
        body = {"status": "ok" if fit else "unfit", "regions": regions}
        return Response(orjson.dumps(body), 200 if fit else 503, media_type="application/json")

    return app
