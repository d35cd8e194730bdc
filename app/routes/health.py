"""Health: whether this process lives, and whether it is fit to serve: dependencies, and each loop's last tick."""

from typing import Any

import asyncpg
import orjson
from fastapi import APIRouter, Response

from app.access.guard import Parts
from app.services import Services
from app.store.pool import fetch

router = APIRouter(prefix="/health", tags=["health"])
PICTURE_OLD_S = 10.0  # issue: every console says so within 10 s


@router.get("/live")
async def live() -> dict[str, str]:
    """Answer as long as the event loop turns."""
    return {"status": "ok"}


@router.get("/ready", responses={503: {"description": "not fit to serve; the body says why"}})
async def ready(services: Parts) -> Response:
    """Answer 200 when the database answers, the desk is heard, and every loop runs."""
    state = await state_of(services)
    return Response(orjson.dumps(state), 200 if state["status"] == "ok" else 503, media_type="application/json")


async def state_of(services: Services) -> dict[str, Any]:
    """Return whether a process is `ok` or `unfit` for its region, and why."""
    checks = await _checks(services)
    fit = all(check["ok"] for check in checks.values() if check.get("needed", True))
    return {"status": "ok" if fit else "unfit", "seq": services.view.seq, "checks": checks}


async def _checks(services: Services) -> dict[str, Any]:
    checks: dict[str, Any] = {}
    try:
        await fetch(services.pool, "read_head", services.settings.region)
        checks["postgresql"] = {"ok": True}
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        checks["postgresql"] = {"ok": False, "why": type(error).__name__}
    age_s = services.picture_age_s()
    checks["desk"] = {"ok": age_s < PICTURE_OLD_S, "age_s": round(age_s, 1), "standing": services.standing}
    if services.is_leaving:
        checks["leaving"] = {"ok": False, "why": "this process stops"}
    for name, state in (services.desk_finds | services.dependencies).items():
        checks[name] = {"ok": state == "ok", "needed": False, "state": state}
    for loop in services.loops.all:
        checks[f"loop {loop.name}"] = {"ok": not loop.is_late, "last_tick_s": round(loop.age_s, 1)}
    return checks
