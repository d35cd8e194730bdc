"""The HTTP and websocket server: uvicorn on a listening socket tuned so that no stuck reader can hold it."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from app.stream.wire import DoorProtocol, FrameProtocol, Turnstile
from app.tls.authority import Credentials

log = logging.getLogger(__name__)

# Measured (reliability section 1): uvicorn's own ping time-out never drops a client that has stopped reading. The
# kernel does, after TCP_USER_TIMEOUT, and a small send buffer bounds what such a client pins.
USER_TIMEOUT_MS: Final = 10_000
SEND_BUFFER_BYTES: Final = 65_536
BACKLOG: Final = 16_384  # a reconnect storm waits in the kernel, up to net.core.somaxconn (docs/reliability.md)
WS_MESSAGE_BYTES_MAX: Final = 65_536
DRAIN_S: Final = 5  # reliability G20
TAKEN_S: Final = 0.2  # a request follows its connection by a round trip


def listen(host: str, port: int) -> socket.socket:
    """Return the tuned listening socket; accepted connections inherit its options. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
    sock.bind((host, port))
    sock.listen(BACKLOG)
    sock.setblocking(False)
    return sock


class Server(uvicorn.Server):
    """uvicorn without its own ideas about logging; stops when told to, or when a task that must not end has ended."""

    def __init__(
        self, app: ASGIApp, tls: Credentials | None = None, on_leaving: Callable[[], None] | None = None,
        *, linger_s: float = 0.0,
    ) -> None:  # fmt: skip
        self._on_leaving = on_leaving
        self._linger_s = linger_s
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # below it, each websocket's address is written
        turnstile = Turnstile()
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,  # it would write addresses and query strings
                server_header=False,
                http=partial(DoorProtocol, turnstile),  # type: ignore[arg-type]  # called like a class
                ws=partial(FrameProtocol, turnstile),  # type: ignore[arg-type]
                ws_max_size=WS_MESSAGE_BYTES_MAX,
                ws_per_message_deflate=False,
                ws_ping_interval=20.0,
                ws_ping_timeout=20.0,
                timeout_graceful_shutdown=DRAIN_S,
                timeout_keep_alive=5,
                proxy_headers=False,
                lifespan="off",
                ssl_certfile=tls.chain if tls is not None else None,
                ssl_keyfile=tls.key if tls is not None else None,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT, without raising the signal again before all is tidied up, as uvicorn does."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._leave, number)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _leave(self, number: int) -> None:
        """Say that this process leaves; a balancer may need a moment to hear it before the door is closed."""
        if self._on_leaving is not None:
            self._on_leaving()
        asyncio.get_running_loop().call_later(self._linger_s, self._close_door, number)

    def _close_door(self, number: int) -> None:
        """Take no connection any more; those just taken are given a moment to say what they came for."""
        for server in getattr(self, "servers", ()):
            server.close()
        asyncio.get_running_loop().call_later(TAKEN_S, self.handle_exit, number, None)

    async def run_until(self, sock: socket.socket, vital: "asyncio.Task[None]") -> BaseException | None:
        """Serve until stopped; return the error of the vital task when that is what ended it."""
        vital.add_done_callback(lambda _: setattr(self, "should_exit", True))
        await self.serve(sockets=[sock])
        if vital.done() and not vital.cancelled():
            return vital.exception() or RuntimeError(f"task {vital.get_name()} ended")
        return None


class SideServer(Server):
    """A second server in the same loop: it leaves signals to the first."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear none."""
        yield
