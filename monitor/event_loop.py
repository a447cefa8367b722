"""The event loop of the program: uvloop's, or asyncio's own where uvloop is not to be had (docs/decisions/024)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

new: Callable[[], asyncio.AbstractEventLoop]
try:
    from uvloop import new_event_loop as new
except ImportError:
    new = asyncio.new_event_loop

Given = TypeVar("Given")


def run(work: Coroutine[Any, Any, Given]) -> Given:
    """What `work` gives, as of `asyncio.run`."""
    with asyncio.Runner(loop_factory=new) as runner:
        return runner.run(work)
