"""Typing what a page of the documentation says, as an integrator does: one shell, top to bottom, nothing beside it."""

import asyncio
import json
import re
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import websockets

from loadtests.debian import program

FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEREDOC: Final = re.compile(r"<<'?(\w+)'?")
OF_THE_ANSWER: Final = re.compile(r"^([A-Z_]+)=\S+\s+# (?:the|an) (\w+) of the answer$")
OPERATOR: Final = re.compile(r"^(?:([A-Z_]+)=\$\()?auxilio ([^#]*?)\)?\s*(?:#.*)?$")
PREAMBLE: Final = 'set -o pipefail\ncurl() { command curl --fail-with-body "$@"; }\n'
# What a page shows of an answer is compared by its names and kinds; these follow from what was sent, and are the same.
FOLLOWS: Final = frozenset({"sign_id", "place_state", "format", "statusCode"})
TYPED_S: Final = 15.0
Auxilio = Callable[..., Awaitable[Any]]


class NotAsThePageSays(AssertionError):
    """Holds the line that was typed and what came of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command, or what the page says comes back."""

    text: str

    @property
    def is_answer(self) -> bool:
        return self.text.startswith(("{", "["))


def typed(page: Path) -> list[str]:
    """Return the blocks of a page that are meant to be typed: those without the name of a language."""
    return [body for language, body in FENCE.findall(page.read_text(encoding="utf-8")) if not language]


def steps(block: str) -> Iterator[Step]:
    """Yield what is typed line by line; what goes on over several lines as one."""
    lines = iter(block.splitlines())
    for first in lines:
        text = first
        if not text.strip() or text.startswith("#"):
            continue
        heredoc = HEREDOC.search(text)
        while heredoc and text.rpartition("\n")[2] != heredoc[1]:
            text += "\n" + next(lines)
        while not heredoc and goes_on(text):
            text += "\n" + next(lines)
        yield Step(text)


def goes_on(text: str) -> bool:
    if text.endswith("\\"):
        return True
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return True
    return text.startswith(("{", "[")) and not is_whole(text)


def is_whole(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@dataclass(slots=True)
class Shell:
    """A bash somebody types into, and what came back last. `auxilio` is the command line, in this process."""

    folder: Path
    process: asyncio.subprocess.Process
    auxilio: Auxilio
    answer: str = ""
    last: str = ""
    number: int = 0
    curls: int = 0
    socket: list[str] = field(default_factory=list)

    async def read(self, block: str) -> None:
        """Type a whole block. Raises NotAsThePageSays."""
        for step in steps(block):
            await self.take(step)

    async def take(self, step: Step) -> None:
        named, operator = OF_THE_ANSWER.match(step.text), OPERATOR.match(step.text)
        if step.is_answer and self.socket:
            await self._converse(step.text)
        elif step.is_answer:
            self._compare(step.text)
        elif named:
            await self.run(f"{named[1]}={shlex.quote(await self._named(named[2]))}")
        elif operator:
            await self._operate(operator[1], shlex.split(operator[2]))
        elif step.text.startswith("websocat "):
            self.socket = (await self.run(f"printf '%s\\n' {step.text}")).split("\n")
        else:
            self.last = step.text
            self.curls += "curl " in step.text
            self.answer = await self.run(step.text)

    async def run(self, text: str) -> str:
        """Type a command and return what it wrote. Raises NotAsThePageSays when it failed."""
        self.number += 1
        mark = f"-- {self.number} done"
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{text}\nstatus=$?; echo; echo '{mark}' $status\n".encode())
        said = ""
        async with asyncio.timeout(TYPED_S):
            while mark not in said:
                line = await self.process.stdout.readline()
                if not line:
                    raise NotAsThePageSays(f"the shell ended at\n{text}\n{said}")
                said += line.decode()
        answer, _, status = said.rpartition(mark)
        if status.strip() != "0":
            raise NotAsThePageSays(f"{text}\n-> {status.strip()}: {answer.strip()[:600]}")
        return answer.strip()

    async def _named(self, name: str) -> str:
        """Return a field of the last answer; a list that has nothing yet is asked for again."""
        async with asyncio.timeout(TYPED_S):
            while not (found := re.search(rf'"{name}":\s*("?)([^",}}]+)\1', self.answer)):
                await asyncio.sleep(0.1)
                self.answer = await self.run(self.last)
        return found[2]

    async def _operate(self, name: str | None, words: list[str]) -> None:
        files = {word: str(self.folder / word) for word in words if (self.folder / word).is_file()}
        done = await self.auxilio(*(files.get(word, word) for word in words))
        if done.exit_code != 0:
            raise NotAsThePageSays(f"auxilio {' '.join(words)}\n-> {done.exit_code}: {done.output}")
        if name is not None:
            await self.run(f"{name}={shlex.quote(done.output.strip())}")

    async def _converse(self, text: str) -> None:
        """Send the page's message on the socket it opened, or compare what came back to the one before."""
        if self.answer and self.last == "websocat":
            self.socket = []
            return self._compare(text)
        words = self.socket[1:]
        options = dict(zip(words[:-1:2], words[1:-1:2], strict=True))
        name, _, value = options["-H"].partition(": ")
        protocols = [websockets.Subprotocol(options["--protocol"])] if "--protocol" in options else None
        async with (
            asyncio.timeout(TYPED_S),
            websockets.connect(words[-1], subprotocols=protocols, additional_headers={name: value}) as socket,
        ):
            await socket.send(text)
            self.answer, self.last = str(await socket.recv()), "websocat"
        return None

    def _compare(self, text: str) -> None:
        said, came = json.loads(text), json.loads(self.answer)
        fault = differs(said, came)
        if fault:
            raise NotAsThePageSays(f"{self.last}\nthe page says {text}\nwhat came: {self.answer[:600]}\n{fault}")


def differs(said: Any, came: Any, name: str = "answer") -> str | None:
    """Return where an answer is not what the page shows of it."""
    if isinstance(said, dict) and isinstance(came, dict):
        missing = said.keys() - came.keys()
        if missing:
            return f"{name} has no {sorted(missing)}"
        return next(filter(None, (differs(said[key], came[key], key) for key in said)), None)
    if type(said) is not type(came):
        return f"{name}: {said!r} and {came!r}"
    return f"{name}: {said!r} and {came!r}" if name in FOLLOWS and said != came else None


@asynccontextmanager
async def shell(folder: Path, auxilio: Auxilio, **variables: str) -> AsyncIterator[Shell]:
    """Open a shell in an empty folder with these variables set."""
    folder.mkdir(parents=True)
    program("curl", "curl")
    process = await asyncio.create_subprocess_exec(
        "bash", "--norc", cwd=folder, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT, limit=2**22,
    )  # fmt: skip
    made = Shell(folder, process, auxilio)
    try:
        await made.run(PREAMBLE + "\n".join(f"{name}={shlex.quote(value)}" for name, value in variables.items()))
        yield made
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
