"""Two PostgreSQL servers on loopback, the second a synchronous standby of the first, to be killed and promoted."""

import asyncio
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg

from app.embedded.engine import engine_path
from app.embedded.home import home_for, keep_password, make_home, make_private
from app.embedded.process import Process, last_words, spawn
from loadtests.hosts import Host

USER: Final = "auxilio"
STANDBY: Final = "standby"
START_S: Final = 30.0
POLL_S: Final = 0.05
SETTINGS: Final = {
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_wal_size": "128MB",
    "wal_receiver_status_interval": "1s",
    "log_min_error_statement": "panic",
}
FROM_OTHER_HOSTS: Final = "host all all samenet scram-sha-256\nhost replication all samenet scram-sha-256\n"


@dataclass(slots=True)
class Node:
    """One server. `kill`, `start` and `promote` do what an operator, or a failure, would."""

    home: Path
    password: str
    port: int
    process: Process | None = field(default=None)
    host: Host | None = None

    @property
    def address(self) -> str:
        return "127.0.0.1" if self.host is None else self.host.address

    @property
    def dsn(self) -> str:
        return f"postgresql://{USER}:{self.password}@{self.address}:{self.port}/postgres?sslmode=disable"

    @property
    def data(self) -> Path:
        return self.home / "pgdata"

    async def start(self) -> None:
        """Start and wait until it answers."""
        command: list[str | Path] = [engine_path("postgres"), "-D", self.data, f"--port={self.port}"]
        settings = SETTINGS | {"listen_addresses": self.address}
        command += [f"--{name}={value}" for name, value in settings.items()]
        with nullcontext() if self.host is None else self.host.entered():
            self.process = spawn(command, self.home / "log", signal.SIGINT)
        async with asyncio.timeout(START_S):
            while True:
                try:
                    await self.ask("SELECT 1")
                except (OSError, asyncpg.PostgresError):
                    assert self.process.is_running(), last_words(self.home / "log", 0)
                    await asyncio.sleep(POLL_S)
                else:
                    return

    async def ask(self, query: str, *args: Any) -> Any:
        """Run one statement on a connection of its own and return its first value."""
        connection = await asyncpg.connect(self.dsn, timeout=5)
        try:
            return await connection.fetchval(query, *args)
        finally:
            await connection.close()

    async def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it as a crash would."""
        if self.process is not None:
            self.process.send(number)
            assert await self.process.is_gone(within_s=START_S)

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send(number)

    async def promote(self) -> None:
        """Make the standby a primary."""
        assert await self.ask("SELECT pg_promote()")


@dataclass(slots=True)
class Replicas:
    """`first` is the primary at the start, `second` its standby."""

    first: Node
    second: Node

    @property
    def dsn(self) -> str:
        """Both servers in one DSN: whoever takes writes is connected to."""
        places = ",".join(f"{node.address}:{node.port}" for node in (self.first, self.second))
        return f"postgresql://{USER}:{self.first.password}@{places}/postgres?sslmode=disable"

    async def fail_over(self) -> None:
        """The primary dies, the standby takes its place."""
        await self.first.kill()
        await self.second.promote()

    async def until_synchronous(self) -> None:
        """Wait until commits are answered only when the standby has them."""
        async with asyncio.timeout(START_S):
            while not await self.first.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"):
                await asyncio.sleep(POLL_S)


@asynccontextmanager
async def replicas(
    folder: Path, *, synchronous: bool = True, hosts: Mapping[str, Host] | None = None
) -> AsyncIterator[Replicas]:
    """Run a primary and its standby for as long as the block lasts, on hosts of their own if `hosts` are given."""
    nodes = []
    for name in ("first", "second"):
        home = home_for(folder / name)
        make_home(home)
        node = Node(home, keep_password(home / "password"), free_port())
        node.host = None if hosts is None else hosts[name]
        nodes.append(node)
    first, second = nodes
    second.password = first.password
    try:
        await run_to_end(
            first, "initdb", "--auth=scram-sha-256", f"--username={USER}", f"--pwfile={first.home / 'password'}",
            "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions", f"--pgdata={first.data}",
        )  # fmt: skip
        if first.host is not None:
            with (first.data / "pg_hba.conf").open("a") as rules:
                rules.write(FROM_OTHER_HOSTS)
        await first.start()
        source = (
            f"host={first.address} port={first.port} user={USER} password={first.password} application_name={STANDBY}"
        )
        await run_to_end(
            second, "pg_basebackup", "-d", source, "-D", str(second.data), "-R", "-X", "stream", "-c", "fast",
            "--no-sync", "-C", "-S", STANDBY,
        )  # fmt: skip
        await second.start()
        if synchronous:
            await first.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
            await first.ask("SELECT pg_reload_conf()")
        running = Replicas(first, second)
        if synchronous:
            await running.until_synchronous()
        yield running
    finally:
        for node in nodes:
            if node.process is not None:
                node.process.send(signal.SIGCONT)
            await node.kill(signal.SIGQUIT)
            shutil.rmtree(node.home, ignore_errors=True)


async def run_to_end(node: Node, program: str, *options: str) -> None:
    """Run one of PostgreSQL's programs as the servers' account."""
    make_private(node.data)
    process = spawn([engine_path(program), *options], node.home / "log", signal.SIGKILL)
    assert await process.is_gone(START_S)
    assert process.code == 0, last_words(node.home / "log", 0)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
