"""A cluster of three Valkey nodes on loopback, whose nodes may be killed, stopped and started again."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.embedded.engine import valkey_path
from app.embedded.home import home_for, make_home, make_private
from app.embedded.process import Process, last_words, spawn
from loadtests.replicas import free_port

NODES: Final = 3
SLOTS: Final = 16_384
START_S: Final = 20.0
POLL_S: Final = 0.05
BUS: Final = 10_000  # a node's cluster bus listens so much above its port, so ports must stay below 55,536


@dataclass(slots=True)
class ClusterNode:
    """One node. `ask` sends one command."""

    home: Path
    port: int
    process: Process | None = None

    def start(self) -> None:
        make_private(self.home / "work")
        options = {
            "port": str(self.port), "bind": "127.0.0.1", "dir": str(self.home / "work"), "save": "",
            "appendonly": "no", "cluster-enabled": "yes", "cluster-config-file": "nodes.conf",
            "cluster-node-timeout": "1000",
        }  # fmt: skip
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self.process = spawn([valkey_path(), *words], self.home / "log", signal.SIGKILL)

    async def ask(self, *words: str) -> Any:
        client = Redis(host="127.0.0.1", port=self.port, socket_timeout=2.0)
        try:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]
        finally:
            await client.aclose()

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send(number)

    async def kill(self) -> None:
        if self.process is not None:
            self.process.send(signal.SIGKILL)
            assert await self.process.is_gone(within_s=START_S)


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[tuple[str, list[ClusterNode]]]:
    """Run a cluster for as long as the block lasts; give its URL and its nodes."""
    nodes = []
    for number in range(NODES):
        home = home_for(folder / f"node-{number}")
        make_home(home)
        nodes.append(ClusterNode(home, low_port()))
    try:
        for node in nodes:
            node.start()
        for number, node in enumerate(nodes):
            await until_answering(node)
            first, last = number * SLOTS // NODES, (number + 1) * SLOTS // NODES - 1
            await node.ask("CLUSTER", "ADDSLOTSRANGE", str(first), str(last))
        for node in nodes[1:]:
            await nodes[0].ask("CLUSTER", "MEET", "127.0.0.1", str(node.port))
        for node in nodes:
            await until_whole(node)
        yield "redis://" + ",".join(f"127.0.0.1:{node.port}" for node in nodes), nodes
    finally:
        for node in nodes:
            await node.kill()
            shutil.rmtree(node.home, ignore_errors=True)


async def until_answering(node: ClusterNode) -> None:
    async with asyncio.timeout(START_S):
        while True:
            try:
                await node.ask("PING")
            except (RedisError, OSError):
                assert node.process is not None
                assert node.process.is_running(), last_words(node.home / "log", 0)
                await asyncio.sleep(POLL_S)
            else:
                return


async def until_whole(node: ClusterNode) -> None:
    """Wait until a node knows all others and every slot."""
    async with asyncio.timeout(START_S):
        while b"cluster_state:ok" not in (told := bytes(await node.ask("CLUSTER", "INFO"))) or (
            f"cluster_known_nodes:{NODES}".encode() not in told
        ):
            await asyncio.sleep(POLL_S)


def low_port() -> int:
    while (port := free_port()) > 65_535 - BUS:
        pass
    return port
