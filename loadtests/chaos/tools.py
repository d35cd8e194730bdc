"""Instruments that break things from outside: strace's injected faults, dropped packets. Debian's own programs."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import psutil

from loadtests.debian import program

ATTACHED_S: Final = 5.0
SENDS: Final = "write,writev,sendto,sendmsg"  # whichever of them a loop uses to speak


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    parent = psutil.Process(pid)
    return [pid, *(child.pid for child in parent.children(recursive=True))]


@asynccontextmanager
async def injected(pids: Sequence[int], fault: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Inject a fault into the system calls of these processes and their children, for as long as the block lasts.

    `fault` as strace has it: `fdatasync:error=EIO`, `write,sendto:signal=SIGKILL:when=12`. Raises NotToBeHad.
    """
    calls = fault.partition(":")[0]
    who = [part for pid in pids for part in ("-p", str(pid))]
    process = await asyncio.create_subprocess_exec(
        program("strace", "strace"), "-f", "-o", "/dev/null", *who, "-e", f"trace={calls}", "-e", f"inject={fault}",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    async with asyncio.timeout(ATTACHED_S):
        told = await process.stderr.readline()
    assert b"attached" in told, told
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)  # detaches; killed, it would leave them stopped
            await process.wait()


@asynccontextmanager
async def dropped(*rules: str) -> AsyncIterator[None]:
    """Drop the packets on loopback that match any of these, as `--dport 5432`. Raises NotToBeHad."""
    tool = program("iptables-nft", "iptables")
    made = []
    try:
        for rule in rules:
            words = ("INPUT", "-i", "lo", "-p", "tcp", *rule.split(), "-j", "DROP")
            await run(tool, "-I", *words)
            made.append(words)
        yield
    finally:
        for words in made:
            await run(tool, "-D", *words)


async def run(*command: str) -> None:
    """Run a program to its end. Raises RuntimeError with its last words."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {told.decode(errors='replace')[-300:]}")
