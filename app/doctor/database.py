"""PostgreSQL itself: which hosts answer, whether it keeps what it acknowledges, its clock, its sessions and locks."""

from collections.abc import AsyncIterator, Iterator
from typing import Final

from app.doctor import advice
from app.doctor.finding import Finding, ok, warn, wrong
from app.doctor.scene import Scene
from app.doctor.store import Host, why
from app.doctor.units import count, span

SLOW_S: Final = 0.25  # a SELECT of nothing; the desk asks far more of it
CLOCK_OFF_S: Final = 2.0
CLOCK_WRONG_S: Final = 30.0  # people's codes and devices' tokens are refused then
CROWDED: Final = 0.8


async def look(scene: Scene) -> AsyncIterator[Finding]:
    if not scene.hosts:
        yield nothing_here(scene)
        return
    for host in scene.hosts:
        yield _of_host(scene, host)
    writable = [host for host in scene.hosts if host.takes_writes]
    if len(writable) > 1:
        names = " and ".join(host.name for host in writable)
        yield wrong(
            f"{names} both take writes: two truths",
            "Fence the one that was replaced, at once; docs/lease.md, Several hosts.",
        )
    if not writable:
        return
    for row in await scene.store.fetch("check_durability"):
        if row["setting"] == "off":
            yield wrong(
                f"{row['name']} is off: an answered call could be lost, and the service refuses to start",
                "Switch it on.",
                advice.setting(scene, row["name"], "on"),
            )
    for finding in clock(writable[0]):
        yield finding
    async for finding in _sessions(scene):
        yield finding


def nothing_here(scene: Scene) -> Finding:
    """The embedded server was never made, or cannot be looked for."""
    folder = scene.settings.data_dir
    if scene.fault:
        return wrong(f"the embedded PostgreSQL cannot be looked for: {scene.fault}", "Mend that first.")
    return wrong(
        f"no service has ever run on {folder}: there is no PostgreSQL in it",
        "Name the right folder in AUXILIO_DATA_DIR, or your own server in DATABASE_URL; if this is new, start it.",
        advice.start(),
    )


def _of_host(scene: Scene, host: Host) -> Finding:
    name = "the embedded PostgreSQL" if scene.is_embedded else f"PostgreSQL at {host.name}"
    if host.fault is not None:
        said = f"{name} {why(host.fault)}"
        if scene.is_embedded:
            return _of_embedded(scene, said, hangs=isinstance(host.fault, TimeoutError))
        told = warn if any(one.takes_writes for one in scene.hosts) else wrong
        return told(said, "Start it, or mend DATABASE_URL or the network.", _reachable(host))
    if not host.takes_writes:
        return _of_standby(scene, name, host)
    said = f"{name} ({host.version}) answers in {host.answered_s * 1e3:.0f} ms and takes writes"
    if host.answered_s > SLOW_S:
        return warn(said, "It is slow: look at its disk and its load.", "vmstat 1 5")
    return ok(said)


def _of_standby(scene: Scene, name: str, host: Host) -> Finding:
    said = f"{name} ({host.version}) answers, as a standby that only reads"
    if any(one.takes_writes for one in scene.hosts):
        return ok(said)
    return wrong(
        f"{said}, and no host takes writes",
        "Start the primary. Only if it is lost for good, and fenced: promote this one, by your failover tool or by",
        "pg_ctl promote -D THE_STANDBY'S_FOLDER",
    )


def _of_embedded(scene: Scene, said: str, *, hangs: bool) -> Finding:
    folder = scene.home
    if hangs:
        do = "See whether it waits for its disk (D): then mend the disk. Else end it, and the service starts it again:"
        return wrong(said, do, f"ps -o pid,stat,wchan:20,args -p $(head -1 {folder / 'pgdata' / 'postmaster.pid'})")
    do = f"Start the service, which starts it. If that runs, the end of {folder / 'postgres.log'} says why it does not."
    return wrong(said, do, advice.start())


def _reachable(host: Host) -> str:
    place, _, port = host.name.rpartition(":")
    return f"pg_isready -h {place} -p {port}" if place else f"pg_isready -h {host.name}"


def clock(host: Host) -> Iterator[Finding]:
    """Compare PostgreSQL's clock with this machine's; the desk's time is PostgreSQL's."""
    off_s = abs(host.server_ahead_s)
    side = "ahead of" if host.server_ahead_s > 0 else "behind"
    if off_s < CLOCK_OFF_S:
        yield ok(f"clocks: PostgreSQL's and this machine's differ by {off_s:.2f} s")
        return
    said = f"clocks: PostgreSQL's is {span(off_s)} {side} this machine's"
    do, run = (
        "Let both machines follow a time server; the one that is off says so here:",
        "timedatectl; chronyc tracking",
    )
    yield wrong(f"{said}: sign-in codes and tokens fail", do, run) if off_s > CLOCK_WRONG_S else warn(said, do, run)


async def _sessions(scene: Scene) -> AsyncIterator[Finding]:
    row = await scene.store.row("count_sessions")
    if row is not None:
        said = f"{row['n']} of {row['most']} sessions are in use"
        if row["n"] >= CROWDED * row["most"]:
            yield warn(
                said, "See whose they are, and end what is forgotten or raise max_connections.",
                advice.sql(scene, "SELECT usename, application_name, count(*) FROM pg_stat_activity GROUP BY 1, 2"),
            )  # fmt: skip
        else:
            yield ok(said)
    for row in await scene.store.fetch("find_blocked"):
        waiting = f"{count(row['n'], 'session')} waited {span(row['waited_s'])}"
        yield wrong(
            f"{waiting} for a lock that process {row['blocker']} holds",
            "Somebody left a transaction open. Ask who, then end it.",
            advice.sql(scene, f"SELECT pg_terminate_backend({row['blocker']})"),
        )
