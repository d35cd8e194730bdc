"""Looking at files in a thread that nobody waits for: a disk that hangs must not hang the doctor."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """Return what `work` returns, or raise what it raises. When the caller gives up, the thread ends with the program.

    `asyncio.to_thread` would be waited for at the end.
    """
    loop, done = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def give(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)

    def live() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as met:  # noqa: BLE001 - raised where it is awaited
            error = met
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(give, result, error)

    Thread(target=live, name="aside", daemon=True).start()
    found: T = await done
    return found
