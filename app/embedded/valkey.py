"""Valkey from a Python wheel, on a private unix socket: a relay that forgets, never a store."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, BusyLoadingError, ConnectionError, TimeoutError  # noqa: A004

from app.embedded.engine import valkey_path
from app.embedded.errors import EmbeddedError, NotYet
from app.embedded.home import keep_password, make_private, socket_folder, write_private
from app.embedded.supervise import Server

SOCKET: Final = "valkey.sock"
ANSWER_WITHIN_S: Final = 2.0

# Frames and positions only: nothing here outlives the process, and a full or slow server must say so at once.
SETTINGS: Final = """\
port 0
unixsocketperm 700
save ""
appendonly no
maxmemory 256mb
maxmemory-policy noeviction
client-output-buffer-limit pubsub 16mb 4mb 10
maxclients 512
daemonize no
set-proc-title no
loglevel notice
"""


class Valkey(Server):
    """A supervised Valkey with a password and no persistence."""

    name: ClassVar[str] = "valkey"
    at_our_death: ClassVar[signal.Signals] = signal.SIGTERM
    stops: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))

    @property
    def mark(self) -> str:
        return str(self._config)

    @property
    def pid_file(self) -> Path:
        return self._work / "valkey.pid"

    @property
    def url(self) -> str:
        """For redis-py. Holds the password: not for logs."""
        secret = quote(self.password, safe="")
        return f"unix://:{secret}@{quote(str(self._sockets / SOCKET))}?db=0"

    @property
    def _config(self) -> Path:
        return self.home / "valkey.conf"

    @property
    def _work(self) -> Path:
        return self.home / "work"

    @property
    def _sockets(self) -> Path:
        return socket_folder(self.home, SOCKET)

    async def ask(self) -> None:
        client = Redis.from_url(self.url, socket_timeout=ANSWER_WITHIN_S, retry=Retry(NoBackoff(), 0))
        try:
            await client.execute_command("PING")  # type: ignore[no-untyped-call]
        except (ConnectionError, TimeoutError, BusyLoadingError) as reason:
            if isinstance(reason.__cause__, AuthenticationError):  # redis-py wraps what it met while connecting
                told = f"the server on {self._sockets} refuses the password in {self.secret_file}"
                raise EmbeddedError(told) from reason
            raise NotYet(str(reason)) from reason
        finally:
            await client.aclose()

    async def prepare(self) -> Sequence[str | Path]:
        valkey = await asyncio.to_thread(valkey_path)
        make_private(self._sockets)
        make_private(self._work)
        lines = [
            f"requirepass {keep_password(self.secret_file)}",
            f"unixsocket {self._sockets / SOCKET}",
            f"dir {_quoted(self._work)}",
            f"pidfile {_quoted(self.pid_file)}",
        ]
        write_private(self._config, SETTINGS + "\n".join(lines) + "\n")
        return [valkey, self._config]


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
