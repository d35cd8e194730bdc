"""The driver: a process of its own that knows the service only by its public address.

It reads its plan as one line from standard input, and stops when that is closed: its parent is gone then.
"""

import asyncio
import signal
import sys
from random import Random
from time import monotonic
from typing import Final

import uvloop

from app.demo.agent import Agent
from app.demo.api import Api
from app.demo.border import make_border
from app.demo.callers import Callers
from app.demo.cast import Plan, read_plan
from app.demo.console import Console
from app.demo.journal import Journal
from app.demo.screen import Screen, show
from app.demo.shift import Shift, pause
from app.demo.tally import Stopwatch, Tally, keep_tally
from app.demo.towers import Towers

TOWER_SHARE: Final = 0.12  # activations per call
READY_S: Final = 2.0  # calls begin when a quarter of the units is on duty, all over the region, or after this
READY_SHARE: Final = 0.25
CONNECTS_A_SECOND: Final = 300.0
DRAIN_S: Final = 25.0  # the longest rescue of the demo, begun at the bell
SIGN_OFF_S: Final = 8.0


async def drive(plan: Plan, shift: Shift) -> Tally:
    """Let everybody act until the seconds are over or the bell is rung, then finish what is open."""
    run = f"{int(plan.began):x}"
    tally, border = Tally(plan.began, run), make_border(plan.cast.border_seed)
    stopwatch, api, journal = Stopwatch(tally), Api(plan.url), Journal(plan.journal)

    def rng(part: str) -> Random:
        return Random(f"{plan.seed} {part}")

    callers = Callers(api, plan.cast, border, run, journal, shift, tally, stopwatch, rng("callers"))
    towers = Towers(api, plan.cast.towers, border, run, journal, shift, tally, rng("towers"))
    console = Console(plan.url, api, plan.cast, callers.asked_again, shift, tally, rng("console"))
    agents = [
        Agent(unit, plan.url, api, plan.cast.agents[unit.unit_id], shift, tally, stopwatch, rng(unit.unit_id))
        for unit in border.units
        if unit.unit_id != plan.cast.your_unit
    ]
    rng("sign-on").shuffle(agents)
    tasks = [asyncio.create_task(console.run(), name="console")]
    screen = asyncio.create_task(show(Screen(console.picture, tally, shift)), name="screen")
    try:
        tasks += await sign_on(agents, shift)
        tasks.append(asyncio.create_task(callers.run(plan.rate), name="callers"))
        tasks.append(asyncio.create_task(towers.press(plan.rate * TOWER_SHARE), name="towers"))
        tasks.append(asyncio.create_task(towers.live(), name="heartbeats"))
        if plan.seconds is None:
            await shift.last_call.wait()
        else:
            await pause(plan.seconds, shift.last_call)
        shift.last_call.set()
        await drain(console, shift)
    finally:
        tally.left_open = len(console.picture.incidents())
        shift.last_call.set()
        shift.end.set()
        await finish(tasks, screen, tally)
        journal.close()
        api.close()
    return tally


async def sign_on(agents: list[Agent], shift: Shift) -> list[asyncio.Task[None]]:
    """Let the agents come, a few hundred a second, and wait until a quarter is on duty; the others are on their way."""

    async def come(agent: Agent, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await agent.run()

    tasks = [
        asyncio.create_task(come(agent, number / CONNECTS_A_SECOND), name=agent.unit.unit_id)
        for number, agent in enumerate(agents)
    ]
    until = monotonic() + READY_S
    while sum(agent.on_duty.is_set() for agent in agents) < READY_SHARE * len(agents) and monotonic() < until:
        await pause(0.02, shift.last_call)
    return tasks


async def drain(console: Console, shift: Shift) -> None:
    """Wait until nothing is open, at most `DRAIN_S`."""
    until = monotonic() + DRAIN_S
    while console.picture.incidents() and monotonic() < until and not await pause(0.1, shift.end):
        pass


async def finish(tasks: list[asyncio.Task[None]], screen: asyncio.Task[None], tally: Tally) -> None:
    """Send everybody home; who has not gone in time is made to."""
    done, late = await asyncio.wait([*tasks, screen], timeout=SIGN_OFF_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        if not task.cancelled() and (error := task.exception()) is not None:
            tally.wonder(f"{task.get_name()} broke: {type(error).__name__}: {error}")


async def main() -> None:
    loop, shift = asyncio.get_running_loop(), Shift()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, shift.stop)
    line = await loop.run_in_executor(None, sys.stdin.readline)
    if not line:
        return
    plan = read_plan(line)
    loop.add_reader(sys.stdin.fileno(), _stop_all, shift, loop)
    tally = await drive(plan, shift)
    keep_tally(plan.tally, tally)


def _stop_all(shift: Shift, loop: asyncio.AbstractEventLoop) -> None:
    """The parent closed our input: it is gone, so nobody wants the rest."""
    loop.remove_reader(sys.stdin.fileno())
    shift.last_call.set()
    shift.end.set()


if __name__ == "__main__":
    uvloop.run(main())
