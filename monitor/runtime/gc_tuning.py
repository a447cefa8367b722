"""The garbage collector: seldom at work in a daemon, and at rest while rules are read and compiled by the thousand.

Whenever enough has been made, Python looks through all that lives for garbage that holds itself. Over ten thousand
rules that takes half a second, in which no thread moves, and it comes again and again while they are read. They hold no
such garbage: what is replaced is freed at once. What else lives then and becomes garbage later is little, and stays
only where looking for it would take too long.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

FEW = 250_000  # objects: looked through in about a tenth of a second
YOUNG = 10_000  # objects, a few MiB: Python's own 700 are what ten polls have under way at once, and no garbage yet


def relaxed() -> None:
    """Look for garbage among what is new when there is much of it: looking took a twentieth of the daemon's time."""
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


@contextmanager
def paused() -> Iterator[None]:
    """Nothing is collected within, and what lives at the end is not looked through again, or only here while it is
    little. Not to be nested."""
    if gc.get_freeze_count() < FEW:
        gc.unfreeze()
    gc.collect()  # what is garbage already would stay for ever
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if running:
            gc.enable()
