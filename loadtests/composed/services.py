"""The services of deploy/compose.yaml as processes."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from app.embedded.engine import Account, account, engine_path, valkey_path
from loadtests.chaos.network import Network, network
from loadtests.chaos.tools import run
from loadtests.debian import program
from loadtests.hosts import Host

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
NAME: Final = "rescue.example.gov"
NAME_IN_FILE: Final = "${AUXILIO_NAME:?the name people reach it by}"
WHOLE_S: Final = 60.0
POLL_S: Final = 0.1
PORTS: Final = {"postgres": 5432, "valkey": 6379, "front": 8443}
NAMES_FILES: Final = Path("/etc/netns")  # `ip netns exec` shows what lies there in place of /etc's
OF_THE_IMAGE: Final = {"AUXILIO_HOST": "0.0.0.0", "PYTHONUNBUFFERED": "1"}  # noqa: S104 - as the Dockerfile says


@dataclass(slots=True)
class Composed:
    """The services of the file by name. `folder` stands for the engine's volumes and secrets."""

    services: dict[str, Any]
    folder: Path
    network: Network
    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    def host(self, name: str) -> Host:
        return self.network.hosts[name]

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    def volume(self, name: str) -> Path:
        return self.folder / name

    def translated(self, text: str) -> str:
        """Return what the file says with the paths and addresses that are another's here."""
        for name, service in self.services.items():
            networks = service.get("networks")
            if isinstance(networks, dict):
                text = text.replace(networks["inside"]["ipv4_address"], self.host(name).address)
        return text.replace("/run/secrets", str(self.secrets)).replace(NAME_IN_FILE, NAME)

    def environment(self, name: str) -> dict[str, str]:
        said = self.services[name].get("environment", {})
        return {"PATH": os.environ["PATH"]} | {key: self.translated(str(value)) for key, value in said.items()}

    def command(self, name: str) -> list[str]:
        return [self.translated(word) for word in self.services[name]["command"]]

    async def start(self, name: str) -> None:
        """Start a service as the file says, on its host."""
        service = self.services[name]
        env, words = self.environment(name), self.command(name)
        if service["image"] == "auxilio":
            env |= OF_THE_IMAGE | {"AUXILIO_DATA_DIR": str(self.volume("data"))}
            await self._spawn(name, [sys.executable, "-m", "app.cli", *words], env)
        elif service["image"].startswith("haproxy:"):
            words = [word.replace("/usr/local/etc/haproxy", str(DEPLOY / "haproxy")) for word in words]
            await self._spawn(name, [program("haproxy", "haproxy"), *words[1:]], env)
        elif service["image"].startswith("valkey/"):
            await self._spawn(name, [str(valkey_path()), *words[1:]], env)
        else:
            await self._start_postgres(name, words[1:], env)

    async def _start_postgres(self, name: str, options: list[str], env: dict[str, str]) -> None:
        """What the image does: make the data at the first start, run the scripts given, then serve."""
        data = self.volume(name)
        tools = engine_path("postgres").parent
        env |= {"PGDATA": str(data), "SECRETS": str(self.secrets), "PATH": f"{tools}:{env['PATH']}"}
        server = [str(tools / "postgres"), *options, "--listen_addresses=*", "--unix_socket_directories="]
        if "entrypoint" in self.services[name]:
            await self._spawn(name, [str(DEPLOY / "postgres" / "standby.sh"), *server], env, as_postgres=True)
            return
        if not (data / "PG_VERSION").exists():
            await self._make_primary(name, tools, env)
        await self._spawn(name, server, env, as_postgres=True)

    async def _make_primary(self, name: str, tools: Path, env: dict[str, str]) -> None:
        """The image's first start: initdb, a server that only its own machine reaches, our script, a stop."""
        data, run_at = self.volume(name), ("--unix_socket_directories=/tmp", "--listen_addresses=")
        initdb = [
            str(tools / "initdb"), f"--username={env['POSTGRES_USER']}", f"--pwfile={env['POSTGRES_PASSWORD_FILE']}",
            "--auth-local=trust", *env["POSTGRES_INITDB_ARGS"].split(),
        ]  # fmt: skip
        await self._to_end(name, initdb, env)
        rules = data / "pg_hba.conf"
        rules.write_text(rules.read_text() + "host all all all scram-sha-256\n")
        await self._spawn(name, [str(tools / "postgres"), *run_at], env, as_postgres=True)
        env |= {"PGHOST": "/tmp"}  # noqa: S108 - as the image does
        async with asyncio.timeout(WHOLE_S):
            while await self._code(name, [str(tools / "pg_isready"), "--quiet"], env) != 0:
                await asyncio.sleep(POLL_S)
        owner = f"--username={env['POSTGRES_USER']}"
        await self._to_end(name, [str(tools / "createdb"), owner, env["POSTGRES_DB"]], env)
        await self._to_end(name, [str(DEPLOY / "postgres" / "primary.sh")], env)
        await self.lose(name, signal.SIGINT)

    async def execute(self, name: str, tool: str, *words: str) -> None:
        """Run one of PostgreSQL's programs beside a server, as `docker compose exec` does."""
        await self._to_end(name, [str(engine_path(tool)), *words], {"PGDATA": str(self.volume(name))})

    async def _spawn(self, name: str, command: list[str], env: dict[str, str], *, as_postgres: bool = False) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = await asyncio.create_subprocess_exec(
                *self.host(name).inside, *(_as_postgres() if as_postgres else ()), *command,
                env=env, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def _code(self, name: str, command: list[str], env: dict[str, str]) -> int:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *self.host(name).inside, *_as_postgres(), *command, env=env, stdout=log, stderr=log
            )
        return await process.wait()

    async def _to_end(self, name: str, command: list[str], env: dict[str, str]) -> None:
        code = await self._code(name, command, env)
        assert code == 0, f"{command[0]}: {self.last_words(name)}"

    def last_words(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]

    async def lose(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """End a service: SIGKILL as a crash does with all its processes, another signal as the engine stops it."""
        process = self.running.pop(name)
        if process.returncode is None:
            if number is signal.SIGKILL:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
        async with asyncio.timeout(WHOLE_S):
            return await process.wait()

    async def until_healthy(self, name: str) -> None:
        """Wait for what the image's or the file's health check asks for. Raises TimeoutError."""
        host, port = self.host(name), PORTS.get(name.partition("-")[0])
        asked = [str(engine_path("pg_isready")), "--quiet", f"--host={host.address}"]
        try:
            async with asyncio.timeout(WHOLE_S):
                while not (await _is_ready(host) if port is None else await _listens(host, port)):
                    await asyncio.sleep(POLL_S)
                while port == PORTS["postgres"] and await self._code(name, asked, {}) != 0:
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise TimeoutError(f"{name} is not healthy: {self.last_words(name)}") from None

    def dsn(self, at: str) -> str:
        """The owner's, at one server, as it is reached from here."""
        password = (self.secrets / "postgres").read_text().strip()
        return f"postgresql://auxilio:{password}@{self.host(at).address}:5432/auxilio?sslmode=disable"


def _postgres() -> Account:
    who = account()
    assert who is not None, "namespaces take root"
    return who


def _as_postgres() -> tuple[str, ...]:
    who = _postgres()
    return (program("setpriv", "util-linux"), f"--reuid={who.uid}", f"--regid={who.gid}", "--clear-groups")


async def _is_ready(host: Host) -> bool:
    try:
        async with httpx.AsyncClient(timeout=2.0) as http:  # 127.0.0.1 is what the image's own check asks
            answer = await http.get(f"http://{host.address}:8911/health/ready", headers={"Host": "127.0.0.1:8911"})
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.OK


async def _listens(host: Host, port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host.address, port), 2.0)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


@asynccontextmanager
async def composed() -> AsyncIterator[Composed]:
    """Run every service of the file that no profile holds back, in the order of `depends_on`."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    names = [name for name, service in services.items() if "profiles" not in service]
    folder = Path(tempfile.mkdtemp(prefix="auxilio-composed-"))
    folder.chmod(0o755)
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        made = Composed(services, folder, await stack.enter_async_context(network(names)))
        await run(str(DEPLOY / "make_secrets.sh"), NAME, str(made.secrets))
        made.secrets.chmod(0o755)  # an engine mounts each file; here the accounts have to pass
        made.volume("data").mkdir(mode=0o700)
        for name in ("postgres-1", "postgres-2"):
            made.volume(name).mkdir(mode=0o700)
            shutil.chown(made.volume(name), _postgres().uid, _postgres().gid)
        stack.enter_context(_known_by_name(made.network))
        stack.push_async_callback(_end, made)
        for name in in_order(services, names):
            await made.start(name)
            await made.until_healthy(name)
        yield made


def in_order(services: dict[str, Any], names: Sequence[str]) -> list[str]:
    """Return the names so that each comes after all it depends on."""
    ordered: list[str] = []
    while rest := [name for name in names if name not in ordered]:
        ready = [name for name in rest if set(services[name].get("depends_on", ())) <= set(ordered)]
        assert ready, f"{rest} wait for each other, or for what is not there"
        ordered += ready
    return ordered


@contextmanager
def _known_by_name(hosts: Network) -> Iterator[None]:
    """Let the hosts know each other by the names of the file."""
    lines = "".join(f"{host.address} {name}\n" for name, host in hosts.hosts.items())
    made = [NAMES_FILES / host.namespace for host in hosts.hosts.values()]
    try:
        for folder in made:
            folder.mkdir(parents=True)
            (folder / "hosts").write_text(f"127.0.0.1 localhost\n{lines}")
        yield
    finally:
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)


async def _end(made: Composed) -> None:
    for name in list(made.running):
        await made.lose(name)
