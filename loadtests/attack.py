"""Attacks by tools that others wrote, on the service's own server and on its front: `python -m loadtests.attack`.

Autobahn's fuzzing client (247 websocket cases), slowhttptest (headers and bodies that never end), testssl.sh. Each is
skipped with a reason where it cannot be had. Autobahn needs Python 2.7 and is installed into a folder that is kept.
"""

import argparse
import asyncio
import json
import logging
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loadtests.debian import NotToBeHad, program
from loadtests.echo import echoing
from loadtests.haproxy import front

CASES_LEFT_OUT: Final = ("9.*", "12.*", "13.*")  # speed, and compression, which is off
# Close after a close inside a fragmented message: 1002 instead of 1000, in the websockets library; harmless.
KNOWN: Final = frozenset({"7.1.5"})
GOOD: Final = frozenset({"OK", "NON-STRICT", "INFORMATIONAL"})
CONNECTIONS: Final = 400
HEADERS_S: Final = 12
BODY_S: Final = 32  # the service waits 20 s for a body: over a slow satellite link 64 KB take that long
LIMIT_S: Final = 300.0
FAULTS: Final = frozenset({"LOW", "MEDIUM", "HIGH", "CRITICAL"})
# Findings about the certificate, which is the test's own and no operator's, and about the name.
OF_THE_TEST: Final = re.compile(r"cert|DNS_CAA|chain|OCSP|HSTS_|security_headers|cipherlist_OBSOLETED|BREACH|ipv4|scan")


@dataclass(frozen=True, slots=True)
class Result:
    """What one tool found. `is_good` None: it could not be had."""

    tool: str
    said: str
    is_good: bool | None


async def run(*command: str | Path, env: dict[str, str] | None = None) -> str:
    """Run a tool to its end and return what it said. Raises TimeoutError."""
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **(env or {})}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", said.decode(errors="replace"))


async def autobahn(folder: Path) -> Result:
    """Fuzz the websocket server; every case but the known one must be good."""
    wstest = await _wstest()
    spec, out = folder / "spec.json", folder / "out"
    async with echoing() as port:
        servers = [{"agent": "auxilio", "url": f"ws://127.0.0.1:{port}"}]
        spec.write_text(json.dumps({
            "outdir": str(out), "servers": servers, "cases": ["*"], "exclude-cases": list(CASES_LEFT_OUT),
            "exclude-agent-cases": {},
        }))  # fmt: skip
        await run(wstest, "-m", "fuzzingclient", "-s", spec)
    cases = json.loads((out / "index.json").read_text())["auxilio"]
    bad = {name for name, case in cases.items() if not {case["behavior"], case["behaviorClose"]} <= GOOD}
    counts = Counter(case["behavior"] for case in cases.values())
    said = f"{len(cases)} cases: " + ", ".join(f"{n} {what}" for what, n in counts.most_common())
    return Result(
        "autobahn", f"{said}; not good: {', '.join(sorted(bad)) or 'none'}", len(cases) > 200 and bad <= KNOWN
    )


async def _wstest() -> Path:
    kept = Path(tempfile.gettempdir()) / "auxilio-autobahn"
    wstest = kept / "py27" / "bin" / "wstest"
    if wstest.exists():
        return wstest
    old = shutil.which("python2.7")
    env = {"PYENV_VERSION": "2.7.18", "PYTHONPATH": str(kept / "tools")}
    if old is None or "2.7" not in await run(old, "--version", env=env):
        raise NotToBeHad("no Python 2.7, which Autobahn's test suite needs")
    await run(old, "-m", "pip", "install", "virtualenv==20.15.1", "--target", kept / "tools", env=env)
    await run(old, "-m", "virtualenv", kept / "py27", env=env)
    said = await run(kept / "py27" / "bin" / "pip", "install", "autobahntestsuite==25.10.1")
    if not wstest.exists():
        raise NotToBeHad(f"Autobahn could not be installed: {said[-300:]}")
    return wstest


def slow(name: str, *how: str) -> Callable[[Path], Awaitable[Result]]:
    """Return an attack by connections that never end what they began, on the front."""

    async def attack(folder: Path) -> Result:
        tool = program("slowhttptest", "slowhttptest")
        async with echoing() as port, front(folder / name, port) as running:
            said = await run(
                tool, *how, "-c", str(CONNECTIONS), "-i", "2", "-r", "200", "-p", "5", "-u", f"{running.url}/"
            )
        services = re.findall(r"service available:\s+(\w+)", said)
        ended = (re.findall(r"Exit status: (.*)", said) or ["?"])[-1]
        good = bool(services) and set(services) == {"YES"} and "No open connections left" in ended
        served = ", ".join(sorted(set(services)))
        return Result(name, f"{CONNECTIONS} connections: {ended}; others served meanwhile: {served}", good)

    return attack


async def tls(folder: Path) -> Result:
    """Look at the front's TLS; no fault but those of the test's own certificate."""
    tool, found = program("testssl", "testssl.sh"), folder / "testssl.json"
    program("hexdump", "bsdextrautils")
    async with echoing() as port, front(folder / "tls", port) as running:
        said = await run(tool, "--quiet", "--color", "0", "--fast", "--jsonfile", found, running.url)
    if not found.exists():
        return Result("testssl", said[-200:], False)
    rows = [row for row in json.loads(found.read_text()) if not OF_THE_TEST.search(row["id"])]
    faults = [f"{row['id']} {row['severity']}" for row in rows if row["severity"] in FAULTS]
    return Result(
        "testssl", f"{len(rows)} findings; faults: {', '.join(faults) or 'none'}", len(rows) > 20 and not faults
    )


ATTACKS: Final[dict[str, Callable[[Path], Awaitable[Result]]]] = {
    "autobahn": autobahn,
    "slow-headers": slow("slow-headers", "-H", "-l", str(HEADERS_S)),
    "slow-body": slow("slow-body", "-B", "-l", str(BODY_S)),
    "testssl": tls,
}


async def attack(names: Sequence[str]) -> list[Result]:
    """Run these attacks one after the other."""
    results = []
    with tempfile.TemporaryDirectory(prefix="auxilio-attack-") as made:
        for name in names:
            try:
                results.append(await ATTACKS[name](Path(made)))
            except NotToBeHad as error:
                results.append(Result(name, f"not run: {error}", None))
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("attacks", nargs="*", choices=[[], *ATTACKS], default=[])
    names = parser.parse_args().attacks or list(ATTACKS)
    logging.disable(logging.ERROR)  # the server says of every broken message that it was broken
    results = asyncio.run(attack(names))
    for result in results:
        verdict = {True: "good", False: "BAD", None: "not run"}[result.is_good]
        print(f"{result.tool:14} {verdict:8} {result.said}")
    return int(any(result.is_good is False for result in results))


if __name__ == "__main__":
    sys.exit(main())
