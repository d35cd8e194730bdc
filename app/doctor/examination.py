"""Running the checks: all at once, each within its time; one that fails, or cannot see, is a finding like any other."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import asyncpg

from app.doctor.configuration import refused
from app.doctor.finding import Away, Finding, State, unseen, warn, wrong
from app.doctor.scene import Scene, opened
from app.doctor.table import CHECKS, Check
from app.settings import BadSettings, Settings

UNKNOWN: Final = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.UndefinedFunctionError)
STATUS: Final = {State.WRONG: 2, State.WARN: 1}


@dataclass(frozen=True, slots=True)
class Line:
    """A finding, with the check it is of."""

    check: str
    finding: Finding


def status(lines: Iterable[Line]) -> int:
    """Return the exit status: 0 all well, 1 warnings, 2 something is wrong."""
    return max((STATUS.get(line.finding.state, 0) for line in lines), default=0)


async def examine(settings: Settings) -> list[Line]:
    """Look at everything these settings name. Raises nothing: what cannot be looked at is said."""
    async with opened(settings) as scene:
        found = await asyncio.gather(*(_run(check, scene) for check in CHECKS))
    return [Line(check.name, finding) for check, findings in zip(CHECKS, found, strict=True) for finding in findings]


def unusable(error: BadSettings) -> list[Line]:
    """Return the lines for settings with which nothing can be looked at."""
    lines = [Line("settings", finding) for finding in refused(error)]
    return [*lines, Line("the rest", unseen("not looked at: with these settings nothing would start"))]


async def _run(check: Check, scene: Scene) -> list[Finding]:
    found: list[Finding] = []
    try:
        async with asyncio.timeout(check.within_s):
            async for finding in check.look(scene):
                found.append(finding)  # noqa: PERF401 - what was found before a fault counts
    except TimeoutError:
        do = "What it looks at hangs or is very slow: see the other lines, and ask again."
        found.append(warn(f"not finished within {check.within_s:.0f} s", do, "auxilio doctor"))
    except Away as reason:
        found.append(unseen(f"{'the rest ' if found else ''}not looked at: {reason}"))
    except UNKNOWN:
        found.append(unseen("not looked at: the schema is not this program's"))
    except asyncpg.InsufficientPrivilegeError:
        do = "Say again what the roles may do, as the owner."
        found.append(wrong("the service's role may not look at this", do, "auxilio database roles"))
    except OSError as error:
        do = "Run this as the account the service runs as; if it does, mend what stands in its way."
        found.append(wrong(f"{error.filename or 'a file'}: {error.strerror or type(error).__name__}", do))
    except Exception as error:  # noqa: BLE001 - a check with a fault must not hide the others; it is a finding
        found.append(wrong(f"this check itself failed: {told(error)}", "Tell whoever maintains Auxilio this line."))
    return found


def told(error: Exception) -> str:
    """Say what failed and where, without the error's own text: that could hold an address or an account."""
    trace, line = error.__traceback__, ""
    while trace is not None:
        line, trace = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}", trace.tb_next
    return f"{type(error).__name__} at {line}"
