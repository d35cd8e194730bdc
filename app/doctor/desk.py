"""The desk: who holds it, how long it is silent, who would take it over, and whether this region exists."""

from collections.abc import AsyncIterator

from app.doctor import advice
from app.doctor.finding import Finding, ok, wrong
from app.doctor.scene import Scene
from app.doctor.units import count, span
from app.lease.watch import LEASE_S


async def look(scene: Scene) -> AsyncIterator[Finding]:
    region = scene.region
    heads = {row["region"]: row for row in await scene.store.fetch("list_heads")}
    if region not in heads:
        yield _never(region, sorted(heads))
        return
    head = await scene.store.row("read_head", region)
    lease = await scene.store.row("look_at_lease", region)
    if head is None or lease is None:
        yield _never(region, sorted(heads))
        return
    at = f"epoch {head['epoch']}, event {head['seq']}"
    if lease["holder"] is None:
        yield wrong(
            f"nobody holds the desk of {region} ({at}): no call is recorded, distress goes to the spool",
            "Start the service.", advice.start(),
        )  # fmt: skip
    elif lease["age_s"] > LEASE_S:
        gone = "it hangs or is cut off" if lease["is_connected"] else "its process is gone"
        yield wrong(
            f"the desk of {region} has been silent for {span(lease['age_s'])} ({at}): {gone}, and nobody took over",
            "Start the service; if one runs, its log says why it does not take the desk.",
            advice.start(),
        )
    else:
        where = f" at {head['desk_address']}" if head["desk_address"] else ""
        yield ok(f"the desk of {region} is held{where}, renewed {max(lease['age_s'], 0.0):.1f} s ago ({at})")
    yield await _candidates(scene, len(heads))


def _never(region: str, others: list[str]) -> Finding:
    if others:
        return wrong(
            f"no desk ever served region {region}; this database has {', '.join(others)}",
            "Name the right region in AUXILIO_REGION.", f"AUXILIO_REGION={others[0]} auxilio doctor",
        )  # fmt: skip
    return wrong(f"no desk ever served region {region}: nothing is recorded yet", "Start the service.", advice.start())


async def _candidates(scene: Scene, regions: int) -> Finding:
    row = await scene.store.row("count_candidates")
    n = row["n"] if row is not None else 0
    of = "" if regions == 1 else f" for one of {regions} regions"
    if n:
        return ok(f"{count(n, 'process', 'processes')} {'stands' if n == 1 else 'stand'} by{of}")
    return ok("nobody stands by: when this machine is lost, somebody has to start another")
