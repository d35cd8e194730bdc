"""Hosts on this machine: a network namespace each, joined by a bridge, whose cables can be pulled.

A pulled cable loses packets silently, both ways, from everybody, and connections outlive it: what no signal to a
process and no rule on loopback does. Servers and services are the same programs, each on a host of its own.
"""

import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.embedded.engine import valkey_path
from app.embedded.home import home_for, keep_password, make_home, make_private
from app.embedded.process import Process, spawn
from loadtests.chaos.tools import run
from loadtests.debian import NotToBeHad, program
from loadtests.hosts import Host

NAMES: Final = ("first", "second", "valkey", "desk-0", "desk-1", "gateway")
NETWORK: Final = "198.18"  # RFC 2544: kept for trying networks, routed nowhere
VALKEY_PORT: Final = 6379
STOP_S: Final = 5.0


@dataclass(slots=True)
class Network:
    """The hosts by name."""

    hosts: dict[str, Host] = field(default_factory=dict)

    async def pull(self, name: str) -> None:
        await run(self.hosts[name].ip, "link", "set", self.hosts[name].cable, "down")

    async def plug(self, name: str) -> None:
        await run(self.hosts[name].ip, "link", "set", self.hosts[name].cable, "up")


@asynccontextmanager
async def network(names: Sequence[str] = NAMES) -> AsyncIterator[Network]:
    """Make the hosts for as long as the block lasts. Raises NotToBeHad with the words of what refuses."""
    ip, mark = program("ip", "iproute2"), f"ax{os.getpid()}"
    bridge, subnet = f"{mark}b", f"{NETWORK}.{os.getpid() % 256}"
    made = Network()
    try:
        try:
            await run(ip, "link", "add", bridge, "type", "bridge")
            await run(ip, "address", "add", f"{subnet}.1/24", "dev", bridge)
            await run(ip, "link", "set", bridge, "up")
            for number, name in enumerate(names, 2):
                host = Host(f"{mark}-{name}", f"{subnet}.{number}", f"{mark}c{number}", ip)
                await _plug_in(host, bridge)
                made.hosts[name] = host
        except RuntimeError as error:
            raise NotToBeHad(str(error)) from error
        yield made
    finally:
        for host in made.hosts.values():
            await run(ip, "netns", "delete", host.namespace)
        await run(ip, "link", "delete", bridge)


async def _plug_in(host: Host, bridge: str) -> None:
    inside = (host.ip, "-n", host.namespace)
    await run(host.ip, "netns", "add", host.namespace)
    await run(host.ip, "link", "add", host.cable, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
    await run(host.ip, "link", "set", host.cable, "master", bridge, "up")
    await run(*inside, "address", "add", f"{host.address}/24", "dev", "eth0")
    await run(*inside, "link", "set", "eth0", "up")
    await run(*inside, "link", "set", "lo", "up")


@dataclass(slots=True)
class FarValkey:
    """A Valkey on a host of its own; nobody starts it again."""

    home: Path
    host: Host
    process: Process | None = None
    password: str = ""

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{self.host.address}:{VALKEY_PORT}/0"

    @property
    def pid(self) -> int | None:
        return None if self.process is None else self.process.pid

    async def start(self) -> None:
        home = home_for(self.home)
        make_home(home)
        make_private(home / "work")
        self.password = keep_password(home / "password")
        words = (
            "--port", str(VALKEY_PORT), "--bind", self.host.address, "--requirepass", self.password,
            "--save", "", "--appendonly", "no", "--dir", str(home / "work"),
        )  # fmt: skip
        with self.host.entered():
            self.process = spawn([valkey_path(), *words], home / "log", signal.SIGKILL)

    async def stop(self) -> None:
        if self.process is not None:
            self.process.send(signal.SIGKILL)
            assert await self.process.is_gone(within_s=STOP_S)
