"""Collecting garbage at times of our own choosing: what lives long is not searched again and again while calls come.

Python's own full collections cost 90 to 150 ms each, every four seconds at 100 calls/s (docs/performance.md).
"""

import gc
from typing import Final

PAUSE_S: Final = 600.0  # a reconnect storm of 1,000 sockets leaves some 36 MB of cycles until then
# Allocations to a youngest collection, of those to a middle one, of those to a full one: never by itself. Of 10,000 few
# still live, so little is searched; at 500 it was an eighth of a rescue's pure Python time (docs/performance.md).
THRESHOLDS: Final = (10_000, 5, 1_000_000)


async def collect_garbage() -> None:
    """Search everything once, then set aside what lives; counting references still frees it (132 ms at 500,000)."""
    gc.set_threshold(*THRESHOLDS)
    gc.unfreeze()
    gc.collect()
    gc.freeze()
