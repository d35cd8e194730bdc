"""How far the demo is: calls come in, then only what is open is finished, then everybody goes home."""

import asyncio


class Shift:
    """Two bells: no more calls, and the end."""

    def __init__(self) -> None:
        self.last_call = asyncio.Event()
        self.end = asyncio.Event()

    def stop(self) -> None:
        """Ring the next bell: a first Ctrl-C ends the calls, a second the shift."""
        (self.end if self.last_call.is_set() else self.last_call).set()

    @property
    def is_closing(self) -> bool:
        return self.last_call.is_set()


async def pause(seconds: float, bell: asyncio.Event) -> bool:
    """Sleep, but not past a bell; whether it rang."""
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return False
    return True
