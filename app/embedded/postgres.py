"""PostgreSQL from a Python wheel, on a private unix socket, durable by default."""

import asyncio
import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

import asyncpg

from app.embedded.engine import engine_path
from app.embedded.errors import EmbeddedError, NotYet, ServerEndedError
from app.embedded.home import keep_password, make_private, socket_folder, sync_folder, write_private
from app.embedded.process import last_words, spawn
from app.embedded.supervise import Server
from app.store.roles import APPLICATION, BACKUP, ROLES, make_roles

USER: Final = "auxilio"
PORT: Final = 5432  # part of the socket's name; nothing listens on the network
ANSWER_WITHIN_S: Final = 5.0  # one question; a stopped process accepts the connection and never replies

# On the command line, where neither a configuration file nor ALTER SYSTEM can change them.
PINNED: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "logging_collector": "off",  # the log is ours to bound
}
# Written into postgresql.conf at the first start; an operator may change them.
TUNED: Final = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",  # bounds what a recovery reads again: a few seconds
    "wal_compression": "on",
    "random_page_cost": "1.1",  # solid state
    "jit": "off",  # short statements only: compiling costs more than it saves
    "max_parallel_workers_per_gather": "0",  # two cores belong to calls; also spares a small /dev/shm
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # A caller's data must not reach the log through a failed statement or the DETAIL of a violated key.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}


class Postgres(Server):
    """A supervised PostgreSQL whose data is under `data_dir`, created at the first start.

    Superuser `auxilio`, database `postgres`, scram-sha-256 for everybody, UTF8, C locale, checksums on.
    """

    name: ClassVar[str] = "postgres"
    at_our_death: ClassVar[signal.Signals] = signal.SIGINT
    passing: ClassVar[str | None] = "is still in use"  # shared memory, by sessions that outlive a killed postmaster
    # Fast (sessions are ended, a checkpoint is written), then immediate (a recovery follows), then by force.
    stops: ClassVar[tuple[tuple[signal.Signals, float], ...]] = (
        (signal.SIGINT, 30.0),
        (signal.SIGQUIT, 10.0),
        (signal.SIGKILL, 5.0),
    )

    @property
    def mark(self) -> str:
        return str(self._cluster)

    @property
    def pid_file(self) -> Path:
        return self._cluster / "postmaster.pid"

    @property
    def dsn(self) -> str:
        """The owner's, for asyncpg and for libpq's programs. Holds the password: not for logs."""
        return self._dsn_of(USER, self.password)

    @property
    def app_dsn(self) -> str:
        """The same database for the application's role, which can neither change nor remove what was recorded."""
        return self._dsn_of(APPLICATION, keep_password(self._secret_of(APPLICATION)))

    @property
    def was_made(self) -> bool:
        """Whether a first start was completed here: there are data, and passwords for the roles."""
        return all(path.exists() for path in (self._cluster, self.secret_file, self._secret_of(APPLICATION)))

    def _dsn_of(self, user: str, password: str) -> str:
        secret, sockets = quote(password, safe=""), quote(str(self._sockets), safe="")
        return f"postgresql://{user}:{secret}@/postgres?host={sockets}&port={PORT}"

    def _secret_of(self, role: str) -> Path:
        return self.secret_file.with_name(f"{self.secret_file.name}.{role}")

    async def start(self) -> None:
        """Start the server, and keep the roles beside its owner with the passwords in their files."""
        await super().start()
        connection = await asyncpg.connect(self.dsn, timeout=ANSWER_WITHIN_S, command_timeout=ANSWER_WITHIN_S)
        try:
            await make_roles(connection)
            for role in ROLES:
                password = keep_password(self._secret_of(role))  # URL-safe characters only
                await connection.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{password}'")
            await connection.execute(f"ALTER ROLE {BACKUP} BYPASSRLS")  # pg_dump insists on seeing every row
        finally:
            await connection.close()

    @property
    def _cluster(self) -> Path:
        return self.home / "pgdata"

    @property
    def _sockets(self) -> Path:
        return socket_folder(self.home, f".s.PGSQL.{PORT}.lock")

    async def ask(self) -> None:
        try:
            connection = await asyncpg.connect(self.dsn, timeout=ANSWER_WITHIN_S, command_timeout=ANSWER_WITHIN_S)
            try:
                await connection.fetchval("SELECT 1")
                await connection.close(timeout=ANSWER_WITHIN_S)
            finally:
                connection.terminate()
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError) as reason:
            raise NotYet(str(reason) or type(reason).__name__) from reason
        except asyncpg.TooManyConnectionsError:
            return  # busy, and answering
        except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as reason:
            raise EmbeddedError(f"the server on {self._sockets} refuses the password in {self.secret_file}") from reason

    async def prepare(self) -> Sequence[str | Path]:
        postgres = await asyncio.to_thread(engine_path, "postgres")  # root's first start copies 25 MB
        make_private(self._sockets)
        if not self._cluster.exists():
            keep_password(self.secret_file)
            await self._initdb()
        elif not self.secret_file.exists():
            raise EmbeddedError(
                f"{self.secret_file} is missing; restore it, {self._cluster} cannot be opened without it"
            )
        self._disown_stale_pid()
        pinned = {**PINNED, "unix_socket_directories": str(self._sockets)}
        return [postgres, "-D", self._cluster, *(f"--{name}={value}" for name, value in pinned.items())]

    async def _initdb(self) -> None:
        """Make the cluster beside its place, then rename: an interrupted first start leaves nothing half made."""
        draft = self.home / "pgdata.new"
        shutil.rmtree(draft, ignore_errors=True)
        make_private(draft)
        options = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={self.secret_file}", "--encoding=UTF8"]
        options += ["--locale=C", "--data-checksums", "--no-instructions", f"--pgdata={draft}"]
        options += [f"--set={name}={value}" for name, value in TUNED.items()]
        since = self.log.stat().st_size if self.log.exists() else 0
        process = spawn([engine_path("initdb"), *options], self.log, signal.SIGKILL)
        try:
            while not await process.is_gone(within_s=5.0):
                self._on_progress("postgres is creating its data")
        finally:
            process.send(signal.SIGKILL)
        if process.code != 0:
            raise ServerEndedError("initdb", process.code, self.log, last_words(self.log, since))
        draft.rename(self._cluster)
        sync_folder(self.home)  # else a power cut could bring the draft back, which the next start removes

    def _disown_stale_pid(self) -> None:
        """Make a left-over postmaster.pid harmless when its pid now belongs to some other process.

        PostgreSQL would refuse to start. The file is not removed, because its shared memory key still keeps a new
        server from starting beside the last sessions of a killed one; only the pid is replaced, by that of the new
        server's parent, which PostgreSQL knows cannot be another server.
        """
        try:
            _, *others = os.fsdecode(self.pid_file.read_bytes()).split("\n")
        except FileNotFoundError:
            return
        write_private(self.pid_file, "\n".join([str(os.getpid()), *others]))
