"""The service on this machine: what it says of itself at /health/ready."""

import ssl
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import httpx

from app.doctor import advice
from app.doctor.aside import aside
from app.doctor.finding import Finding, ok, unseen, warn, wrong
from app.doctor.scene import Scene
from app.doctor.units import span
from app.settings import Settings

ANSWER_S: Final = 3.0  # the service waits 2 s for a session of PostgreSQL before it says that it is away
ALIVE_S: Final = 1.0
LOOP: Final = "loop "  # as /health/ready names them
NAMED_MAX: Final = 4
UNSPECIFIED: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not bound
WHAT_TO_DO: Final = {
    "postgresql": "See the lines about the database.",
    "desk": "See the lines about the desk.",
    "leaving": "It was told to stop. Start it again if that was not meant.",
    "relay": "See the lines about the relay.",
    "spool": "See the lines about the spool.",
    "standby": "See the lines about replication.",
    "tak": "Teams are not on the map: mend AUXILIO_COT_URL or the TAK server; it is tried again by itself.",
    "mqtt": "Towers over MQTT are not heard: mend AUXILIO_MQTT_URL or the broker; it is tried again by itself.",
}


def address_of(settings: Settings) -> str:
    """Return where a service with these settings is reached from this machine."""
    host = UNSPECIFIED.get(settings.listen_host, settings.listen_host)
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if settings.tls else 'http'}://{shown}:{settings.port}"


async def look(scene: Scene) -> AsyncIterator[Finding]:
    address = address_of(scene.settings)
    try:
        answer = await _get(scene.settings, f"{address}/health/ready", ANSWER_S)
        told = answer.json()
    except httpx.TimeoutException:
        yield await _late(scene, address)
        return
    except httpx.HTTPError:
        yield wrong(
            f"nothing serves at {address}",
            "Start it; if it serves elsewhere, say where: auxilio doctor --host HOST --port PORT.", advice.start(),
        )  # fmt: skip
        return
    except ValueError:
        yield wrong(
            f"what answers at {address} is not Auxilio ({answer.status_code})",
            "Say where it serves: auxilio doctor --host HOST --port PORT.",
            f"ss -ltnp 'sport = :{scene.settings.port}'",
        )
        return
    states: dict[str, Any] = told.get("regions") or {scene.region: told}
    for region, state in states.items():
        for finding in _of_region(address, region, state):
            yield finding


async def _late(scene: Scene, address: str) -> Finding:
    """Tell a process that waits for PostgreSQL from one that does nothing at all."""
    try:
        await _get(scene.settings, f"{address}/health/live", ALIVE_S)
    except httpx.HTTPError:
        do = "It hangs, and its watch should have replaced it. Start it anew."
        return wrong(f"the service at {address} takes the connection and says nothing", do, advice.restart())
    do = "See the lines about the database. Do not stop this process: it keeps distress on disk."
    return wrong(f"the service at {address} lives, and waits for PostgreSQL for longer than {ANSWER_S:.0f} s", do)


async def _get(settings: Settings, url: str, within_s: float) -> httpx.Response:
    verify = await _trusted(settings)
    async with httpx.AsyncClient(timeout=within_s, trust_env=False, verify=verify) as http:
        return await http.get(url, headers=_as_whom(settings))


async def _trusted(settings: Settings) -> ssl.SSLContext | bool:
    """Trust the service's own authority, and nobody else, where it serves with one."""
    authority = settings.data_dir / "tls" / "authority.crt"
    if settings.tls and await aside(authority.exists):
        return await aside(lambda: ssl.create_default_context(cafile=str(authority)))
    return True


def _as_whom(settings: Settings) -> dict[str, str]:
    """A service that answers to some names only is asked by one of them."""
    name = next((one for one in settings.allowed_hosts if "*" not in one), None)
    return {"Host": name} if name is not None and "*" not in settings.allowed_hosts else {}


def _of_region(address: str, region: str, state: dict[str, Any]) -> Iterator[Finding]:
    checks = state.get("checks")
    if not isinstance(checks, dict):
        yield wrong(f"what answers at {address} is not Auxilio", "Say where it serves: auxilio doctor --port PORT.")
        return
    standing = checks.get("desk", {}).get("standing", "gateway")
    loops = sum(name.startswith(LOOP) for name in checks)
    bad = {name: check for name, check in checks.items() if not check["ok"]}
    if not bad:
        yield ok(f"{address} serves {region} as {standing}, at event {state['seq']}; all {loops} loops run")
        return
    if state["status"] == "ok":
        yield ok(f"{address} serves {region} as {standing}, at event {state['seq']}, with a part missing:")
    else:
        yield unseen(f"{address} answers for {region} as {standing}, and says that it is unfit:")
    late = {name.removeprefix(LOOP): check["last_tick_s"] for name, check in bad.items() if name.startswith(LOOP)}
    for name, check in bad.items():
        if not name.startswith(LOOP):
            told = wrong if check.get("needed", True) else warn
            why = check.get("state") or check.get("why") or f"not heard for {check.get('age_s', 0):.0f} s"
            yield told(f"the service says of {name}: {why}", WHAT_TO_DO.get(name, "Its log says more."))
    if late:
        yield _of_loops(late, loops, has_store="postgresql" not in bad)


def _of_loops(late: dict[str, float], loops: int, *, has_store: bool) -> Finding:
    """Say which loops are late. Without PostgreSQL that is no fault of theirs, and a restart makes it worse."""
    named = ", ".join(f"{name} {span(age_s)}" for name, age_s in list(late.items())[:NAMED_MAX])
    more = f" and {len(late) - NAMED_MAX} more" if len(late) > NAMED_MAX else ""
    said = f"{len(late)} of {loops} loops have not done their work, for so long: {named}{more}"
    if not has_store:
        do = "They wait for PostgreSQL. Do not stop this process: it keeps distress on disk, and could not start again."
        return warn(said, do)
    return wrong(said, "If it stays so, start the service anew; its log says what they met.", advice.restart())
