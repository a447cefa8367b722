"""Work that goes on beside the clockwork until the daemon ends, whatever comes in between.

It knows nothing of the work. Errors that the work expects are its own to catch; here the others end up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Never

from monitor.telemetry import LogEvent, log

AGAIN = 1  # s until work that crashed begins anew


async def supervise(name: str, work: Callable[[], Coroutine[Any, Any, object]]) -> Never:
    """Does `work` until it is cancelled; what it did not expect is logged, and it begins anew."""
    while True:
        (crash,) = await asyncio.gather(work(), return_exceptions=True)
        log.error(LogEvent.TASK_RESTARTED, work=name, exc_info=crash)
        await asyncio.sleep(AGAIN)
