"""`auxilio demo`: load the border once, start the service and its driver, stop in good order, close the books."""

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Final

import msgspec

from app.demo.audit import audit
from app.demo.cast import Cast, Plan
from app.demo.child import ServiceChild, end, start_driver
from app.demo.seeding import CAST_FILE, ensure_border
from app.demo.summary import summary
from app.demo.tally import read_tally
from app.embedded.owner import Ownership
from app.settings import CONFIG_VARIABLE, Settings, load_settings

FOLDER: Final = ".demo"
CLOSING_S: Final = 60.0  # the driver's own bounds add up to less
NOT_CLEAN, NO_TALLY = 1, 2


@dataclass(frozen=True, slots=True)
class Options:
    """What may be asked of the demo. `rate` is calls a second."""

    port: int
    seconds: float | None
    seed: int
    rate: float


def own_settings(port: int) -> tuple[Path, Settings]:
    """Return the demo's folder and settings, whatever the environment says: it must load no border into your database.

    They are also written down, so that `AUXILIO_CONFIG=.demo/auxilio.toml auxilio ledger verify` looks at the demo.
    """
    for name in [n for n in os.environ if n.startswith("AUXILIO_") or n in ("DATABASE_URL", "REDIS_URL")]:
        del os.environ[name]
    folder = Path(FOLDER).resolve()
    folder.mkdir(mode=0o711, exist_ok=True)  # passable for the servers' account, when root runs this
    file = folder / "auxilio.toml"
    words = {"data_dir": str(folder), "demo_cast": str(folder / CAST_FILE)}
    lines = [f"{name} = {msgspec.json.encode(word).decode()}\n" for name, word in words.items()]
    file.write_text("".join(lines) + f"port = {port}\n", encoding="utf-8")
    os.environ[CONFIG_VARIABLE] = str(file)
    return folder, load_settings()


class AlreadyRunning(OSError):
    """Two demos on one folder would take the ledger from each other all the time."""


async def run_demo(options: Options) -> int:
    """Run until the seconds are over or somebody stops it; 0 only if nothing is lost, doubled or sent to two places."""
    folder, settings = own_settings(options.port)
    owner = Ownership(folder / "demo.lock")
    if not owner.take():
        raise AlreadyRunning(f"another demo runs in {folder}; look at it, stop it, or start this one elsewhere")
    try:
        return await play(folder, settings, options)
    finally:
        owner.release()


async def play(folder: Path, settings: Settings, options: Options) -> int:
    """Load, start, wait, stop, close the books; return the exit status."""
    began = time()
    say("Auxilio: a made-up border of 2,700 placards, 170 rescue towers and 150 units, and everybody in it played.")
    cast, is_fresh = await ensure_border(settings)
    if is_fresh:
        say(f"The border was loaded once into {FOLDER}/ ({time() - began:.0f} s).")
    driver = await start_driver()
    service = ServiceChild(folder / "serve.log", options.port)
    try:
        url = await service.start()
        service.keep()
        introduce(url, cast)
        plan = Plan(url, cast, str(folder), options.seed, options.seconds, options.rate, began)
        plan.tally.unlink(missing_ok=True)
        await watch(driver, plan)
    finally:
        await end(driver, signal.SIGTERM, 1.0)
        await service.stop()
    tally = read_tally(plan.tally)
    if tally is None:
        say("The driver broke off without a tally.")
        return NO_TALLY
    found = await audit(settings, plan, tally.run)
    for line in summary(tally, found, service.restarts):
        say(line)
    return 0 if found.is_clean else NOT_CLEAN


async def watch(driver: asyncio.subprocess.Process, plan: Plan) -> None:
    """Give the driver its plan and wait for it; Ctrl-C is passed on to it and nobody else."""
    assert driver.stdin is not None  # noqa: S101 - it was asked for
    loop = asyncio.get_running_loop()

    def pass_on() -> None:
        if driver.returncode is None:
            driver.send_signal(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, pass_on)
    driver.stdin.write(msgspec.json.encode(plan) + b"\n")
    await driver.stdin.drain()
    try:
        async with asyncio.timeout(None if plan.seconds is None else plan.seconds + CLOSING_S):
            await driver.wait()
    except TimeoutError:
        say("The driver did not come to an end.")


def introduce(url: str, cast: Cast) -> None:
    """Say where the screens are, and how to post a call of one's own."""
    say(f"  The dispatcher's console   {url}/console")
    say(f"  An agent's phone           {url}/agent?unit={cast.your_unit}   (nobody else plays {cast.your_unit})")
    say("")
    say("Both sign in by themselves, on this machine. Post a call of your own from another terminal, and look for it:")
    say(f"""  curl -s {url}/v1/calls -H 'Authorization: Bearer {cast.you}' \\
    -H 'Content-Type: application/json' -d '{{"said": "tango uniform charlie three one seven"}}'""")
    say("Messages of other systems (EIDO, CAP, towers' networks, ...): docs/interop.md, after:")
    say(f"  export AUXILIO={url} AUXILIO_CONFIG='{Path(FOLDER).resolve()}/auxilio.toml'")
    say(f"Every other part's key, a unit's or the dispatcher's for a websocket of yours, is in {FOLDER}/{CAST_FILE}.")
    say("")


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the demo is a command that talks
