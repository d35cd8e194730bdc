"""A real Mosquitto for a test: with a password, on a free port of loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from loadtests.debian import NotToBeHad, program

USER, PASSWORD = "auxilio", "s3cret/with@signs"
START_S = 10.0


@dataclass(frozen=True, slots=True)
class Mosquitto:
    port: int

    @property
    def url(self) -> str:
        return f"mqtt://{USER}:{PASSWORD.replace('/', '%2F').replace('@', '%40')}@127.0.0.1:{self.port}"


def program_of(name: str) -> str:
    """Return a program of Mosquitto's, installed now when it is missing; these tests are never skipped."""
    try:
        return program(name, "mosquitto")
    except NotToBeHad as error:
        pytest.fail(str(error))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@asynccontextmanager
async def mosquitto(folder: Path, port: int = 0) -> AsyncIterator[Mosquitto]:
    """Run the broker, on a free port or a given one, and wait until it listens."""
    folder.mkdir(parents=True, exist_ok=True)
    passwords = folder / "passwords"
    passwords.write_text(f"{USER}:{PASSWORD}\n")
    hashing = await asyncio.create_subprocess_exec(program_of("mosquitto_passwd"), "-U", str(passwords))
    assert await hashing.wait() == 0
    port = port or free_port()
    config = folder / "mosquitto.conf"
    config.write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n")
    process = await asyncio.create_subprocess_exec(
        program_of("mosquitto"),
        "-c",
        str(config),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(START_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield Mosquitto(port)
    finally:
        process.terminate()
        await process.wait()
